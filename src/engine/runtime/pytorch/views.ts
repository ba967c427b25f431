import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import { broadcastTo, readStrided, sliced, transposed } from '../stridedCopy';
import { normalizeAxis, reshaped, stridesOf } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';

/** Sizes with `total` elements between them; one may be -1: what is left. */
function shapeOf(total: number, sizes: readonly number[]): number[] {
  const known = sizes.reduce((product, size) => (size < 0 ? product : product * size), 1);
  const shape = sizes.map((size) => (size < 0 ? total / Math.max(known, 1) : size));
  if (elementCount(shape) !== total || shape.some((size) => !Number.isInteger(size))) throw new UserError(`${total} elements cannot be viewed as [${sizes}]`);
  return shape;
}

function viewed(x: Tensor, sizes: readonly number[]): Tensor {
  return reshaped(x, shapeOf(elementCount(x.shape), sizes));
}

export function axisOf(call: Call, name: string, absent: number, rank: number): number {
  return normalizeAxis(call.number(name, absent), Math.max(rank, 1));
}

const identity: CallOperation = (call) => call.tensor('self');
const viewAs = (argument: string): CallOperation => (call) => viewed(call.tensor('self'), call.numbers(argument, []));

const flatten: CallOperation = (call) => {
  const x = call.tensor('self');
  if (x.shape.length === 0) return reshaped(x, [1]);
  const [start, end] = [axisOf(call, 'start_dim', 0, x.shape.length), axisOf(call, 'end_dim', -1, x.shape.length)];
  return reshaped(x, [...x.shape.slice(0, start), elementCount(x.shape.slice(start, end + 1)), ...x.shape.slice(end + 1)]);
};

/** Several axes in the place of one; one of them may be -1. */
const unflatten: CallOperation = (call) => {
  const x = call.tensor('self');
  const axis = axisOf(call, 'dim', 0, x.shape.length);
  return reshaped(x, [...x.shape.slice(0, axis), ...shapeOf(x.shape[axis]!, call.numbers('sizes', [])), ...x.shape.slice(axis + 1)]);
};

const unsqueeze: CallOperation = (call) => {
  const x = call.tensor('self');
  const axis = axisOf(call, 'dim', 0, x.shape.length + 1);
  return reshaped(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
};

/** Drops axes of size 1: all of them, or the named ones that have it. */
const squeeze: CallOperation = (call) => {
  const x = call.tensor('self');
  const named = call.has('dim') ? new Set(call.numbers('dim', []).map((axis) => normalizeAxis(axis, Math.max(x.shape.length, 1)))) : undefined;
  return reshaped(x, x.shape.filter((size, axis) => size !== 1 || (named !== undefined && !named.has(axis))));
};

const permute: CallOperation = (call) => {
  const x = call.tensor('self');
  return transposed(x, call.numbers('dims', []).map((axis) => normalizeAxis(axis, x.shape.length)));
};

function swapped(x: Tensor, a: number, b: number): Tensor {
  const order = x.shape.map((_, axis) => axis);
  [order[a], order[b]] = [b, a];
  return transposed(x, order);
}

const transpose = (first: string, second: string): CallOperation => (call) => {
  const x = call.tensor('self');
  if (x.shape.length === 0) return x;
  return swapped(x, axisOf(call, first, 0, x.shape.length), axisOf(call, second, 1, x.shape.length));
};

/** Moves axes to other places; the rest keep their order. */
const moveAxes: CallOperation = (call) => {
  const x = call.tensor('self');
  const axesOf = (name: string): number[] => call.numbers(name, []).map((axis) => normalizeAxis(axis, x.shape.length));
  const [from, to] = [axesOf('source'), axesOf('destination')];
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  const order = x.shape.map((_, axis) => (to.includes(axis) ? from[to.indexOf(axis)]! : rest.shift()!));
  return transposed(x, order);
};

/** Repeats axes of size 1; -1 keeps a size. New axes come first. */
const expand: CallOperation = (call) => {
  const x = call.tensor('self');
  const sizes = call.numbers('size', []);
  const shape = sizes.map((size, axis) => (size < 0 ? x.shape[axis - sizes.length + x.shape.length]! : size));
  return broadcastTo(x, shape);
};

/** Start and end count from the end when negative, and stop at the ends of the axis. */
const slice: CallOperation = (call) => {
  const x = call.tensor('self');
  const axis = axisOf(call, 'dim', 0, x.shape.length);
  const size = x.shape[axis]!;
  const place = (index: number): number => Math.min(Math.max(index < 0 ? index + size : index, 0), size);
  const [start, end, step] = [place(call.number('start', 0)), place(call.number('end', size)), call.number('step', 1)];
  const shape = x.shape.map((whole, index) => (index === axis ? Math.max(0, Math.ceil((end - start) / step)) : whole));
  const strides = stridesOf(x.shape);
  return readStrided(x, shape, strides.map((stride, index) => (index === axis ? stride * step : stride)), start * strides[axis]!);
};

/** A block of an axis. */
export function narrowed(x: Tensor, axis: number, start: number, length: number): Tensor {
  const begin = x.shape.map((_, index) => (index === axis ? start : 0));
  return sliced(x, begin, x.shape.map((size, index) => (index === axis ? length : size)));
}

const narrow: CallOperation = (call) => {
  const x = call.tensor('self');
  const axis = axisOf(call, 'dim', 0, x.shape.length);
  return narrowed(x, axis, call.number('start', 0), call.number('length', 0));
};

const select: CallOperation = (call) => {
  const x = call.tensor('self');
  const axis = axisOf(call, 'dim', 0, x.shape.length);
  const index = normalizeAxis(call.number('index', 0), x.shape[axis]!);
  return reshaped(narrowed(x, axis, index, 1), x.shape.filter((_, other) => other !== axis));
};

function parts(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return narrowed(x, axis, start - size, size);
  });
}

/** Pieces of `size` along an axis, the last one what is left. */
function piecesOf(x: Tensor, axis: number, size: number): Tensor[] {
  const whole = x.shape[axis]!;
  const count = Math.max(1, Math.ceil(whole / Math.max(size, 1)));
  return parts(x, axis, Array.from({ length: count }, (_, index) => Math.min(size, whole - index * size)));
}

const split: CallOperation = (call) => {
  const x = call.tensor('self');
  return piecesOf(x, axisOf(call, 'dim', 0, x.shape.length), call.number('split_size', 1));
};

const splitSizes = (argument: string): CallOperation => (call) => {
  const x = call.tensor('self');
  return parts(x, axisOf(call, 'dim', 0, x.shape.length), call.numbers(argument, []));
};

const chunk: CallOperation = (call) => {
  const x = call.tensor('self');
  const axis = axisOf(call, 'dim', 0, x.shape.length);
  return piecesOf(x, axis, Math.ceil(x.shape[axis]! / call.number('chunks', 1)));
};

const unbind: CallOperation = (call) => {
  const x = call.tensor('self');
  const axis = axisOf(call, 'dim', 0, x.shape.length);
  const shape = x.shape.filter((_, other) => other !== axis);
  return piecesOf(x, axis, 1).map((part) => reshaped(part, shape));
};

/** Windows along an axis, their entries along a new last one. */
const unfold: CallOperation = (call) => {
  const x = call.tensor('self');
  const axis = axisOf(call, 'dimension', 0, x.shape.length);
  const [size, step] = [call.number('size', 1), call.number('step', 1)];
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((whole, index) => (index === axis ? Math.floor((whole - size) / step) + 1 : whole));
  return readStrided(x, [...shape, size], [...strides.map((stride, index) => (index === axis ? stride * step : stride)), strides[axis]!]);
};

const diagonal: CallOperation = (call) => {
  const x = call.tensor('self');
  const offset = call.number('offset', 0);
  const [a, b] = [axisOf(call, 'dim1', 0, x.shape.length), axisOf(call, 'dim2', 1, x.shape.length)];
  const strides = stridesOf(x.shape);
  const size = Math.max(0, Math.min(x.shape[a]! + Math.min(offset, 0), x.shape[b]! - Math.max(offset, 0)));
  const rest = x.shape.map((_, axis) => axis).filter((axis) => axis !== a && axis !== b);
  const start = offset >= 0 ? offset * strides[b]! : -offset * strides[a]!;
  return readStrided(x, [...rest.map((axis) => x.shape[axis]!), size], [...rest.map((axis) => strides[axis]!), strides[a]! + strides[b]!], start);
};

/** Ops whose result shares the memory of `self` in PyTorch. */
export const views: CallOperations = {
  'aten.alias': identity, 'aten.detach': identity, 'aten.detach_': identity,
  'aten.view': viewAs('size'), 'aten._unsafe_view': viewAs('size'), 'aten.view_as': (call) => viewed(call.tensor('self'), call.tensor('other').shape),
  'aten.unsqueeze': unsqueeze, 'aten.squeeze': squeeze, 'aten.squeeze.dim': squeeze, 'aten.squeeze.dims': squeeze, 'aten.unflatten.int': unflatten,
  'aten.permute': permute, 'aten.transpose.int': transpose('dim0', 'dim1'),
  'aten.swapaxes': transpose('axis0', 'axis1'), 'aten.swapdims': transpose('dim0', 'dim1'),
  'aten.movedim.int': moveAxes, 'aten.movedim.intlist': moveAxes, 'aten.moveaxis.int': moveAxes,
  'aten.t': (call) => (call.tensor('self').shape.length < 2 ? call.tensor('self') : swapped(call.tensor('self'), 0, 1)),
  'aten.numpy_T': (call) => transposed(call.tensor('self'), call.tensor('self').shape.map((_, axis, { length }) => length - 1 - axis)),
  'aten.mT': (call) => swapped(call.tensor('self'), call.tensor('self').shape.length - 2, call.tensor('self').shape.length - 1),
  'aten.expand': expand, 'aten.expand_as': (call) => broadcastTo(call.tensor('self'), call.tensor('other').shape),
  'aten.broadcast_to': expand, 'aten.unfold': unfold, 'aten.slice.Tensor': slice, 'aten.narrow': narrow, 'aten.select.int': select, 'aten.diagonal': diagonal,
  'aten.split.Tensor': split, 'aten.split_with_sizes': splitSizes('split_sizes'), 'aten.split.sizes': splitSizes('split_size'),
  'aten.chunk': chunk, 'aten.unbind.int': unbind,
};

/** Ops whose result shares memory with `self` or is a copy, as its layout in memory has it. */
export const perhapsViews: CallOperations = {
  'aten.contiguous': identity, 'aten.reshape': viewAs('shape'), 'aten.reshape_as': (call) => viewed(call.tensor('self'), call.tensor('other').shape),
  'aten.flatten.using_ints': flatten,
};
