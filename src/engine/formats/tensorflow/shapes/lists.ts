import type { PartialShape } from '../../../graph/attribute';
import { merge, relax, sum } from './dimensions';
import { forEach, type ListContent, type Operation, scalar, type ShapeRule, type ShapeRules } from './operation';

/** Contents of the lists among a node's outputs. */
type ListRule = (operation: Operation) => readonly (ListContent | undefined)[];

const sameList: ListRule = ({ operands }) => [operands[0]?.list];

const fromTensor: ListRule = (operation) => {
  const shape = operation.shape(0);
  return [{ element: merge(shape?.slice(1), operation.shapeFrom(1)), length: shape?.[0] ?? -1 }];
};

/** Elements of one list may differ where its type allows; the sizes an item does not tell are taken to be the list's. */
const withElement = (item: number, grows: boolean): ListRule => (operation) => {
  const list = operation.operands[0]?.list;
  if (list === undefined) return [];
  return [{ element: relax(list.element, merge(operation.shape(item), list.element)), length: grows ? sum([list.length, 1]) : list.length }];
};

/** TensorArrayV3: the handle and the flow stand for one array. */
const tensorArray: ListRule = (operation) => {
  const array = { element: operation.shapeAttribute('element_shape'), length: operation.isSet('dynamic_size') ? -1 : operation.size(0) };
  return [array, array];
};

/** How lists change from node to node (list_ops.cc, data_flow_ops.cc). */
export const listContents: Readonly<Record<string, ListRule>> = {
  EmptyTensorList: (operation) => [{ element: operation.shapeFrom(0), length: 0 }],
  TensorListReserve: (operation) => [{ element: operation.shapeFrom(0), length: operation.size(1) }],
  TensorListFromTensor: fromTensor,
  TensorListSetItem: (operation) => (operation.isSet('resize_if_index_out_of_bounds') ? [] : withElement(2, false)(operation)),
  TensorListPushBack: withElement(1, true),
  TensorListPopBack: (operation) => sameList(operation).map((list) => list && { ...list, length: list.length < 1 ? -1 : list.length - 1 }),
  TensorListResize: (operation) => sameList(operation).map((list) => list && { ...list, length: operation.size(1) }),
  TensorArrayV3: tensorArray,
};

/** The shape a list's elements have, from the list and from the operand that states it too. */
function elementOf(operation: Operation, stated: number): PartialShape {
  return merge(operation.operands[0]?.list?.element, operation.shapeFrom(stated));
}

function rows(count: number, element: PartialShape): PartialShape {
  return element === undefined ? undefined : [count, ...element];
}

const stack: ShapeRule = (operation) => {
  const count = operation.int('num_elements', -1);
  return [rows(count < 0 ? (operation.operands[0]?.list?.length ?? -1) : count, elementOf(operation, 1))];
};

const gatherFromArray: ShapeRule = (operation) => {
  const element = merge(operation.operands[0]?.list?.element, operation.shapeAttribute('element_shape'));
  return [rows(operation.shape(1)?.[0] ?? -1, element)];
};

/** Shapes of what lists and arrays give back; a list itself is a scalar variant, an array a handle of two strings and a flow. */
export const lists: ShapeRules = {
  ...forEach([
    'EmptyTensorList', 'TensorListReserve', 'TensorListFromTensor', 'TensorListSetItem', 'TensorListPushBack', 'TensorListResize', 'TensorListLength',
  ], scalar),
  TensorListGetItem: (operation) => [elementOf(operation, 2)],
  TensorListPopBack: (operation) => [[], elementOf(operation, 1)],
  TensorListStack: stack,
  TensorListGather: (operation) => [rows(operation.shape(1)?.[0] ?? -1, elementOf(operation, 2))],
  TensorArrayV3: () => [[2], []],
  ...forEach(['TensorArrayWriteV3', 'TensorArrayScatterV3', 'TensorArraySplitV3', 'TensorArraySizeV3'], scalar),
  TensorArrayReadV3: (operation) => [operation.operands[0]?.list?.element],
  TensorArrayGatherV3: gatherFromArray,
};

/** What holds for two lists alike. */
export function relaxLists(a: ListContent | undefined, b: ListContent | undefined): ListContent | undefined {
  if (a === undefined || b === undefined) return undefined;
  return { element: relax(a.element, b.element), length: a.length === b.length ? a.length : -1 };
}
