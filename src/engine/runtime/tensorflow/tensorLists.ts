import { UserError } from '../../errors';
import type { PartialShape } from '../../graph/attribute';
import type { Tensor } from '../../graph/tensor';
import type { OpContext, Operation, Operations, TensorList } from '../operation';
import { concatenated, sliced } from '../stridedCopy';
import { integerTensor, numbersOf, reshaped, scalarOf, zeros } from '../tensors';

/** A shape given as a tensor; a scalar -1 or unknown sizes leave it open. */
function shapeFrom(tensor: Tensor): PartialShape {
  return tensor.shape.length === 0 ? undefined : numbersOf(tensor);
}

/** The element at an index; one never written is zeros where its shape is known. */
function elementOf(list: TensorList, index: number): Tensor {
  const element = list.elements[index];
  if (element !== undefined) return element;
  if (index < 0 || index >= list.elements.length) throw new UserError(`The list has ${list.elements.length} tensors, ${index} was read`);
  const shape = list.elements.find((other) => other !== undefined)?.shape ?? list.elementShape;
  if (shape === undefined || shape.some((size) => size < 0)) throw new UserError(`Tensor ${index} of the list was never written`);
  return zeros(list.elementType, shape);
}

function stacked(list: TensorList, indices: readonly number[]): Tensor {
  if (indices.length === 0) return zeros(list.elementType, [0, ...(list.elementShape ?? []).map((size) => Math.max(size, 0))]);
  return concatenated(indices.map((index) => {
    const element = elementOf(list, index);
    return reshaped(element, [1, ...element.shape]);
  }), 0);
}

/** The tensor's slices along its first axis. */
function rows(tensor: Tensor): Tensor[] {
  return Array.from({ length: tensor.shape[0]! }, (_, index) => part(tensor, index, 1)).map((row) => reshaped(row, tensor.shape.slice(1)));
}

function part(tensor: Tensor, start: number, count: number): Tensor {
  return sliced(tensor, tensor.shape.map((_, axis) => (axis === 0 ? start : 0)), [count, ...tensor.shape.slice(1)]);
}

function allIndices(list: TensorList): number[] {
  return list.elements.map((_, index) => index);
}

/** TensorList: a value, so every change is made on a copy of the list (its tensors are shared). */
const withElements = (list: TensorList, elements: TensorList['elements']): TensorList => ({ ...list, elements });

const newList = (context: OpContext, elements: TensorList['elements'], shape: Tensor): TensorList => (
  { dtype: 'variant', elementType: context.type('element_dtype', 'float32'), elementShape: shapeFrom(shape), elements }
);

const listFromTensor: Operation = (context) => [newList(context, rows(context.input(0)), context.input(1))];

const setItem: Operation = (context) => {
  const list = context.list(0);
  const elements = [...list.elements];
  elements[scalarOf(context.input(1))] = context.input(2);
  return [withElements(list, elements)];
};

const resize: Operation = (context) => {
  const list = context.list(0);
  return [withElements(list, Array.from({ length: scalarOf(context.input(1)) }, (_, index) => list.elements[index]))];
};

/** `elements` with the rows of `tensor` at `indices`, longer where an index asks for it. */
function scattered(elements: TensorList['elements'], tensor: Tensor, indices: readonly number[], length = 0): TensorList['elements'] {
  const result = Array.from({ length: Math.max(elements.length, length, ...indices.map((index) => index + 1)) }, (_, index) => elements[index]);
  rows(tensor).forEach((row, position) => (result[indices[position]!] = row));
  return result;
}

const listFromScatter: Operation = (context) => {
  const length = context.inputCount > 3 ? scalarOf(context.input(3)) : 0;
  return [newList(context, scattered([], context.input(0), numbersOf(context.input(1)), length), context.input(2))];
};

const scatterInto: Operation = (context) => {
  const list = context.list(0);
  return [withElements(list, scattered(list.elements, context.input(1), numbersOf(context.input(2))))];
};

/** Parts of the tensor along its first axis, as long as `lengths` says. */
function parts(tensor: Tensor, lengths: readonly number[]): Tensor[] {
  let start = 0;
  return lengths.map((length) => part(tensor, (start += length) - length, length));
}

const popBack: Operation = (context) => {
  const list = context.list(0);
  return [withElements(list, list.elements.slice(0, -1)), elementOf(list, list.elements.length - 1)];
};

/** TensorArray: a resource, so writing changes the list that every handle refers to. */
const FLOW: Tensor = { dtype: 'float32', shape: [], data: new Float32Array(1) };

const newArray: Operation = (context) => {
  const elements = new Array<Tensor | undefined>(scalarOf(context.input(0))).fill(undefined);
  const list: TensorList = { dtype: 'resource', elementType: context.type('dtype', 'float32'), elementShape: context.shape('element_shape'), elements };
  return [list, FLOW];
};

const write: Operation = (context) => {
  context.list(0).elements[scalarOf(context.input(1))] = context.input(2);
  return [FLOW];
};

const scatter: Operation = (context) => {
  const values = rows(context.input(2));
  numbersOf(context.input(1)).forEach((index, position) => (context.list(0).elements[index] = values[position]!));
  return [FLOW];
};

const splitArray: Operation = (context) => {
  parts(context.input(1), numbersOf(context.input(2))).forEach((element, index) => (context.list(0).elements[index] = element));
  return [FLOW];
};

/** The elements one after another along their first axis, and how long each is. */
const concat: Operation = (context) => {
  const list = context.list(0);
  const elements = allIndices(list).map((index) => elementOf(list, index));
  return [concatenated(elements, 0), integerTensor('int64', [elements.length], elements.map(({ shape }) => shape[0]!))];
};

export const tensorLists: Operations = {
  TensorListReserve: (context) => [newList(context, new Array<undefined>(scalarOf(context.input(1))).fill(undefined), context.input(0))],
  EmptyTensorList: (context) => [newList(context, [], context.input(0))],
  TensorListFromTensor: listFromTensor,
  TensorListGetItem: (context) => [elementOf(context.list(0), scalarOf(context.input(1)))],
  TensorListSetItem: setItem,
  TensorListPushBack: (context) => [withElements(context.list(0), [...context.list(0).elements, context.input(1)])],
  TensorListPopBack: popBack,
  TensorListStack: (context) => [stacked(context.list(0), allIndices(context.list(0)))],
  TensorListGather: (context) => [stacked(context.list(0), numbersOf(context.input(1)))],
  TensorListConcat: concat, TensorListConcatV2: concat,
  TensorListConcatLists: (context) => [withElements(context.list(0), [...context.list(0).elements, ...context.list(1).elements])],
  TensorListSplit: (context) => [newList(context, parts(context.input(0), numbersOf(context.input(2))), context.input(1))],
  TensorListScatter: listFromScatter, TensorListScatterV2: listFromScatter, TensorListScatterIntoExistingList: scatterInto,
  TensorListResize: resize,
  TensorListLength: (context) => [integerTensor('int32', [], [context.list(0).elements.length])],
  TensorListElementShape: (context) => {
    const shape = context.list(0).elementShape;
    return [shape === undefined ? integerTensor('int32', [], [-1]) : integerTensor('int32', [shape.length], shape)];
  },

  TensorArrayV3: newArray, TensorArrayWriteV3: write, TensorArrayScatterV3: scatter, TensorArraySplitV3: splitArray,
  TensorArrayReadV3: (context) => [elementOf(context.list(0), scalarOf(context.input(1)))],
  TensorArrayGatherV3: (context) => [stacked(context.list(0), numbersOf(context.input(1)))],
  TensorArrayConcatV3: concat,
  TensorArraySizeV3: (context) => [integerTensor('int32', [], [context.list(0).elements.length])],
  TensorArrayCloseV3: () => [],
};
