import { relax } from './dimensions';
import { relaxLists } from './lists';
import { forEach, type Known, type Operation, type ShapeRule, type ShapeRules, scalar, unchanged } from './operation';

/** Outputs that are operands, with everything known of them. */
type PassThrough = (operation: Operation) => readonly Known[];

const first: PassThrough = ({ operands }) => operands.slice(0, 1);

/** Both branches of a conditional get the value. */
const toBoth: PassThrough = ({ operands }) => operands.slice(0, 1).concat(operands.slice(0, 1));

/** MergeShape (control_flow_ops.cc): what holds for every operand, and which one arrived. */
const merged: PassThrough = ({ operands }) => [operands.reduce(relaxKnown, operands[0] ?? { shape: undefined }), { shape: [] }];

/** Ops that hand on their operands (control_flow_ops.cc, array_ops.cc). */
export const passThrough: Readonly<Record<string, PassThrough>> = {
  ...Object.fromEntries([
    'Identity', 'RefIdentity', 'StopGradient', 'Snapshot', 'PreventGradient', 'DebugIdentity', 'Print',
    'Enter', 'RefEnter', 'Exit', 'RefExit', 'NextIteration', 'RefNextIteration',
  ].map((op) => [op, first])),
  Switch: toBoth,
  RefSwitch: toBoth,
  Merge: merged,
  RefMerge: merged,
  IdentityN: ({ operands }) => operands,
};

/** What holds for two values alike. Their elements are not compared: in a loop they differ from trip to trip. */
export function relaxKnown(a: Known, b: Known): Known {
  return { shape: relax(a.shape, b.shape), list: relaxLists(a.list, b.list) };
}

/** The last format version that did not tell a scalar input from one of unknown shape. */
const SCALAR_MEANS_UNKNOWN = 21;

const placeholder: ShapeRule = (operation) => {
  const shape = operation.shapeAttribute('shape');
  return [shape?.length === 0 && (operation.producer ?? Infinity) <= SCALAR_MEANS_UNKNOWN ? undefined : shape];
};

const stated: ShapeRule = (operation) => [operation.shapeAttribute('shape')];

const constant: ShapeRule = ({ node }) => {
  const value = node.attributes.get('value');
  return [value?.kind === 'tensor' ? value.shape : undefined];
};

/** Calls of functions state the shapes of their results, or nothing. */
const call: ShapeRule = ({ node }) => {
  const shapes = node.attributes.get('output_shapes');
  return shapes?.kind === 'shapes' ? shapes.value : [];
};

/** Where values come from: inputs, constants, variables, functions (array_ops.cc, state_ops.cc, functional_ops.cc). */
export const sources: ShapeRules = {
  Placeholder: placeholder,
  // The first kind of variable had no way to say that its shape is unknown.
  Variable: (operation) => stated(operation).map((shape) => (shape?.length === 0 ? undefined : shape)),
  ...forEach(['PlaceholderV2', 'PlaceholderWithDefault', 'VariableV2', 'FakeParam'], stated),
  Const: constant,
  ...forEach(['If', 'StatelessIf', 'While', 'StatelessWhile', 'Case', 'StatelessCase'], call),
  // Updates of a variable give the variable.
  ...forEach([
    'Assign', 'AssignAdd', 'AssignSub', 'ApplyAdam', 'ApplyGradientDescent', 'ScatterAdd', 'ScatterDiv', 'ScatterMax', 'ScatterMin',
    'ScatterMul', 'ScatterSub', 'ScatterUpdate', 'ScatterNdAdd', 'ScatterNdSub', 'ScatterNdUpdate',
  ], unchanged),
  ...forEach(['LoopCond', 'VarHandleOp', 'VarIsInitializedOp'], scalar),
};
