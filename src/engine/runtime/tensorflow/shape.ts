import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import type { OpContext, Operation, Operations } from '../operation';
import { copyStrided } from '../stridedCopy';
import {
  allocate, broadcastShape, integerTensor, isBigInt, normalizeAxis, numbersOf, reshaped, scalarOf, stridesOf, zeros, type NumberArray,
} from '../tensors';

function integerType(context: OpContext, attribute: string): 'int32' | 'int64' {
  return context.type(attribute, 'int32') === 'int64' ? 'int64' : 'int32';
}

const identity: Operation = (context) => [context.value(0)];

const shapes: Operation = (context) => context.inputs().map((x) => integerTensor(integerType(context, 'out_type'), [x.shape.length], x.shape));

/** One size may be -1: what is left. */
const reshape: Operation = (context) => {
  const x = context.input(0);
  const sizes = numbersOf(context.input(1));
  const known = sizes.reduce((product, size) => (size < 0 ? product : product * size), 1);
  const total = elementCount(x.shape);
  const shape = sizes.map((size) => (size < 0 ? total / Math.max(known, 1) : size));
  if (elementCount(shape) !== total) throw new UserError(`A tensor of [${x.shape}] cannot be reshaped to [${sizes}]`);
  return [reshaped(x, shape)];
};

const expandDims: Operation = (context) => {
  const x = context.input(0);
  const axis = normalizeAxis(scalarOf(context.input(1)), x.shape.length + 1);
  return [reshaped(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)])];
};

const squeeze: Operation = (context) => {
  const x = context.input(0);
  const axes = new Set(context.ints('squeeze_dims', context.ints('axis', [])).map((axis) => normalizeAxis(axis, x.shape.length)));
  const dropped = (size: number, axis: number): boolean => (axes.size === 0 ? size === 1 : axes.has(axis));
  x.shape.forEach((size, axis) => {
    if (axes.has(axis) && size !== 1) throw new UserError(`Axis ${axis} of [${x.shape}] cannot be squeezed`);
  });
  return [reshaped(x, x.shape.filter((size, axis) => !dropped(size, axis)))];
};

/** A tensor of one repeated value. */
const fill: Operation = (context) => {
  const value = context.input(1);
  const result = zeros(value.dtype, numbersOf(context.input(0)));
  (result.data as NumberArray).fill((value.data as NumberArray)[0]!);
  return [result];
};

function filledLike(one: boolean): Operation {
  return (context) => {
    const x = context.input(0);
    const result = zeros(x.dtype, x.shape);
    if (one) (result.data as NumberArray).fill((isBigInt(x) ? 1n : x.dtype === 'bfloat16' ? 0x3f80 : x.dtype === 'float16' ? 0x3c00 : 1) as number);
    return [result];
  };
}

/** start, start + delta, … up to limit, exclusive. */
const range: Operation = (context) => {
  const [start, limit, delta] = context.inputs().map(scalarOf) as [number, number, number];
  if (delta === 0) throw new UserError('The step of a range is 0');
  const { dtype } = context.input(0);
  const data = allocate(dtype, Math.max(0, Math.ceil((limit - start) / delta)));
  const big = data instanceof BigInt64Array;
  for (let i = 0; i < data.length; i++) (data as NumberArray)[i] = (big ? BigInt(start + i * delta) : start + i * delta) as number;
  return [{ dtype, shape: [data.length], data }];
};

/** `num` values from start to stop, both included. */
const linSpace: Operation = (context) => {
  const [start, stop, count] = context.inputs().map(scalarOf) as [number, number, number];
  const data = Float32Array.from({ length: count }, (_, i) => (count === 1 ? start : start + ((stop - start) * i) / (count - 1)));
  return [{ dtype: context.input(0).dtype, shape: [count], data }];
};

/** Ones at the indices along a new axis, zeros elsewhere; an index outside 0…depth-1 gives zeros only. */
const oneHot: Operation = (context) => {
  const [indices, depth] = [context.input(0), scalarOf(context.input(1))];
  const [on, off] = [context.input(2), context.input(3)];
  const rank = indices.shape.length + 1;
  const axis = normalizeAxis(context.int('axis', -1), rank);
  const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
  const result = zeros(on.dtype, shape);
  const data = result.data as NumberArray;
  data.fill((off.data as NumberArray)[0]!);
  const inner = elementCount(indices.shape.slice(axis));
  numbersOf(indices).forEach((index, position) => {
    if (index < 0 || index >= depth) return;
    data[(Math.floor(position / inner) * depth + index) * inner + (position % inner)] = (on.data as NumberArray)[0]!;
  });
  return [result];
};

const broadcastArgs: Operation = (context) => {
  const [a, b] = context.inputs() as [Tensor, Tensor];
  const shape = broadcastShape(numbersOf(a), numbersOf(b));
  return [integerTensor(isBigInt(a) ? 'int64' : 'int32', [shape.length], shape)];
};

/** The start of each input in their concatenation along an axis. */
const concatOffset: Operation = (context) => {
  const sizes = context.inputs(1);
  const axis = normalizeAxis(scalarOf(context.input(0)), sizes[0]!.shape[0]!);
  let offset = 0;
  return sizes.map((size) => {
    const start = numbersOf(size).map((_, index) => (index === axis ? offset : 0));
    offset += numbersOf(size)[axis]!;
    return integerTensor(isBigInt(size) ? 'int64' : 'int32', size.shape, start);
  });
};

/** Zeros with the input's rows, of `size` elements each, on the diagonals of square matrices. */
function onDiagonals(x: Tensor, size: number, shape: readonly number[]): Tensor {
  const result = zeros(x.dtype, shape);
  const block = [elementCount(x.shape) / Math.max(size, 1), size];
  copyStrided(block, { data: x.data, offset: 0, strides: stridesOf(block) }, { data: result.data, offset: 0, strides: [size * size, size + 1] });
  return result;
}

/** One matrix per row; for Diag the whole input is one diagonal. */
const matrixDiagonal: Operation = (context) => {
  const x = context.input(0);
  if (context.op === 'Diag') return [onDiagonals(x, elementCount(x.shape), [...x.shape, ...x.shape])];
  return [onDiagonals(x, x.shape.at(-1)!, [...x.shape, x.shape.at(-1)!])];
};

export const shapeOperations: Operations = {
  Identity: identity, StopGradient: identity, PreventGradient: identity, Snapshot: identity, DeepCopy: identity, CheckNumerics: identity,
  PlaceholderWithDefault: identity, LoopCond: identity, EnsureShape: identity,
  IdentityN: (context) => Array.from({ length: context.inputCount }, (_, index) => context.value(index)),
  NoOp: () => [], Assert: () => [],
  Shape: shapes, ShapeN: shapes,
  Size: (context) => [integerTensor(integerType(context, 'out_type'), [], [elementCount(context.input(0).shape)])],
  Rank: (context) => [integerTensor('int32', [], [context.input(0).shape.length])],
  Reshape: reshape, ExpandDims: expandDims, Squeeze: squeeze,
  Fill: fill, ZerosLike: filledLike(false), OnesLike: filledLike(true), Empty: (context) => [zeros(context.type('dtype', 'float32'), numbersOf(context.input(0)))],
  OneHot: oneHot, BroadcastArgs: broadcastArgs, ConcatOffset: concatOffset, MatrixDiag: matrixDiagonal, Diag: matrixDiagonal,
};

export const sequences: Operations = { Range: range, LinSpace: linSpace };
