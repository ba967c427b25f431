import type { PartialShape } from '../../../graph/attribute';
import { elementCount } from '../../../graph/tensor';
import { typeAttribute } from '../signature';
import { decodeTensor } from '../tensor';
import type { Integers, Operation } from './operation';
import { stridedSlice } from './stridedSlice';

/** Elements of a node's outputs, in row-major order. */
type IntegerRule = (operation: Operation) => readonly (Integers | undefined)[];

/** More elements than any shape, permutation or list of paddings has. */
const MOST = 512;

/** Values of integer constants that are small enough to be shapes, axes or paddings. */
const constant: IntegerRule = ({ node }) => {
  const value = node.attributes.get('value');
  if (value?.kind !== 'tensor' || (value.dtype !== 'int32' && value.dtype !== 'int64') || elementCount(value.shape) > MOST) return [];
  return [Array.from(decodeTensor(value, node.name).data as Int32Array | BigInt64Array, Number)];
};

function sizesOf(operation: Operation, input: number): Integers | undefined {
  return operation.shape(input)?.map((size) => (size < 0 ? undefined : size));
}

const first: IntegerRule = (operation) => [operation.integers(0)];

const cast: IntegerRule = (operation) => {
  const type = typeAttribute(operation.node, 'DstT');
  if (type !== 'int32' && type !== 'int64') return [];
  return [operation.integers(0)?.map((value) => (value === undefined ? undefined : exact(value)))];
};

/** Operands one after another: ConcatV2 and Pack along the first axis. Undefined if nothing is known of any. */
function joined(operation: Operation, inputs: readonly number[]): Integers | undefined {
  const parts = inputs.map((input) => operation.integers(input));
  const all = parts.map((part, index) => part ?? unknownElements(operation.shape(inputs[index]!)));
  return parts.every((part) => part === undefined) || all.includes(undefined) ? undefined : (all as Integers[]).flat();
}

function unknownElements(shape: PartialShape): Integers | undefined {
  if (shape === undefined || shape.includes(-1) || elementCount(shape) > MOST) return undefined;
  return new Array<undefined>(elementCount(shape)).fill(undefined);
}

const inputsOf = (operation: Operation): number[] => operation.operands.map((_, input) => input);

const concatV2: IntegerRule = (operation) => {
  const inputs = inputsOf(operation);
  const axis = operation.integer(inputs.pop() ?? 0);
  return [axis === 0 || (axis === -1 && operation.shape(0)?.length === 1) ? joined(operation, inputs) : undefined];
};

const strided: IntegerRule = (operation) => {
  const values = operation.integers(0);
  const axis = stridedSlice(operation)?.axes;
  if (values === undefined || axis?.length !== 1) return [];
  const { start, step, count } = axis[0]!;
  return [count < 0 || start < 0 ? undefined : Array.from({ length: count }, (_, i) => values[start + i * step])];
};

const slice: IntegerRule = (operation) => {
  const [values, begin, size] = [operation.integers(0), operation.integer(1), operation.integer(2)];
  if (operation.shape(0)?.length !== 1 || values === undefined || begin === undefined || size === undefined) return [];
  return [values.slice(begin, size < 0 ? undefined : begin + size)];
};

const gather: IntegerRule = (operation) => {
  const [values, indices] = [operation.integers(0), operation.allIntegers(1)];
  return [operation.shape(0)?.length === 1 && values !== undefined ? indices?.map((index) => values[index]) : undefined];
};

/** Sum, Prod and the like of every element of a vector. */
function reduce(f: (a: number, b: number) => number, start: number): IntegerRule {
  return (operation) => {
    const values = operation.integers(0);
    if (values === undefined || operation.shape(0)?.length !== 1 || operation.allIntegers(1)?.length !== 1) return [];
    return [[values.every((value) => value !== undefined) ? exact(values.reduce((a, b) => f(a, b), start)) : undefined]];
  };
}

/** Arithmetic of two vectors or scalars, element by element. */
function arithmetic(f: (a: number, b: number) => number): IntegerRule {
  return (operation) => {
    const [a, b] = [operation.integers(0), operation.integers(1)];
    if (a === undefined || b === undefined || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return [];
    return [Array.from({ length: a.length === 1 ? b.length : a.length }, (_, i) => {
      const [x, y] = [a.length === 1 ? a[0] : a[i], b.length === 1 ? b[0] : b[i]];
      return x === undefined || y === undefined ? undefined : exact(f(x, y));
    })];
  };
}

/** Numbers int32 arithmetic would wrap, and divisions by zero, are not known. */
function exact(value: number): number | undefined {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : undefined;
}

const range: IntegerRule = (operation) => {
  const [start, limit, delta] = [0, 1, 2].map((input) => operation.integer(input));
  if (start === undefined || limit === undefined || delta === undefined || delta === 0) return [];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return [count > MOST ? undefined : Array.from({ length: count }, (_, i) => start + i * delta)];
};

const fill: IntegerRule = (operation) => {
  const [sizes, value] = [operation.allIntegers(0), operation.integers(1)];
  const count = sizes === undefined || value?.length !== 1 ? Infinity : elementCount(sizes);
  return [count > MOST ? undefined : new Array<number | undefined>(count).fill(value![0])];
};

const negated: IntegerRule = (operation) => [operation.integers(0)?.map((value) => (value === undefined ? undefined : -value))];

/** One scalar, or one row, for each entry of the first axis. */
const unpack: IntegerRule = (operation) => {
  const values = operation.integers(0);
  return operation.shape(0)?.length === 1 && values !== undefined ? values.map((value) => [value]) : [];
};

const size: IntegerRule = (operation) => {
  const shape = operation.shape(0);
  return [shape === undefined ? undefined : [shape.includes(-1) ? undefined : exact(elementCount(shape))]];
};

const arraySize: IntegerRule = (operation) => {
  const length = operation.operands[0]?.list?.length ?? -1;
  return [length < 0 ? undefined : [length]];
};

const rules: Readonly<Record<string, IntegerRule>> = {
  Const: constant,
  Shape: (operation) => [sizesOf(operation, 0)],
  ShapeN: (operation) => inputsOf(operation).map((input) => sizesOf(operation, input)),
  Size: size,
  Rank: (operation) => [operation.shape(0) === undefined ? undefined : [operation.shape(0)!.length]],
  TensorArraySizeV3: arraySize,
  TensorListLength: arraySize,
  Cast: cast,
  Reshape: first,
  ExpandDims: first,
  Squeeze: first,
  Pack: (operation) => [operation.int('axis', 0) === 0 ? joined(operation, inputsOf(operation)) : undefined],
  Unpack: unpack,
  ConcatV2: concatV2,
  StridedSlice: strided,
  Slice: slice,
  Gather: gather,
  GatherV2: gather,
  Prod: reduce((a, b) => a * b, 1),
  Sum: reduce((a, b) => a + b, 0),
  Max: reduce(Math.max, -Infinity),
  Min: reduce(Math.min, Infinity),
  Add: arithmetic((a, b) => a + b),
  AddV2: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b) => a * b),
  FloorDiv: arithmetic((a, b) => Math.floor(a / b)),
  FloorMod: arithmetic((a, b) => a - b * Math.floor(a / b)),
  Maximum: arithmetic(Math.max),
  Minimum: arithmetic(Math.min),
  Neg: negated,
  Range: range,
  Fill: fill,
};

/**
 * The elements of a node's outputs as far as they follow from constants and shapes: the arithmetic exporters write to
 * compute shapes (InferenceContext::input_tensor_as_shape, EvaluateConstantTensor), without running a kernel.
 */
export function integersOf(operation: Operation): readonly (Integers | undefined)[] {
  const { op } = operation.node;
  return Object.hasOwn(rules, op) ? rules[op]!(operation).map((values) => (values !== undefined && values.length <= MOST ? values : undefined)) : [];
}
