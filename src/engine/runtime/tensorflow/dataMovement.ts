import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import type { Operation, Operations } from '../operation';
import { broadcastTo, concatenated, copyStrided, readStrided, sliced, transposed } from '../stridedCopy';
import { allocate, broadcastShape, normalizeAxis, numbersOf, reshaped, scalarOf, stridesOf, type NumberArray } from '../tensors';
import { stridedSlice } from './stridedSlice';

function joined(tensors: readonly Tensor[], axis: number): Tensor {
  const rank = tensors[0]!.shape.length;
  return concatenated(tensors, normalizeAxis(axis, rank));
}

/** Tensors of one shape along a new axis. */
const pack: Operation = (context) => {
  const tensors = context.inputs();
  const { shape } = tensors[0]!;
  const axis = normalizeAxis(context.int('axis', 0), shape.length + 1);
  const parts = tensors.map((tensor) => reshaped(tensor, [...tensor.shape.slice(0, axis), 1, ...tensor.shape.slice(axis)]));
  return [concatenated(parts, axis)];
};

/** Parts of the given sizes along an axis. */
function parts(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, index) => (index === axis ? start : 0));
    start += size;
    return sliced(x, begin, x.shape.map((whole, index) => (index === axis ? size : whole)));
  });
}

const unpack: Operation = (context) => {
  const x = context.input(0);
  const axis = normalizeAxis(context.int('axis', 0), x.shape.length);
  const shape = x.shape.filter((_, index) => index !== axis);
  return parts(x, axis, new Array<number>(x.shape[axis]!).fill(1)).map((part) => reshaped(part, shape));
};

const split: Operation = (context) => {
  const x = context.input(1);
  const axis = normalizeAxis(scalarOf(context.input(0)), x.shape.length);
  const count = context.int('num_split', 1);
  if (x.shape[axis]! % count !== 0) throw new UserError(`[${x.shape}] cannot be split into ${count} equal parts along axis ${axis}`);
  return parts(x, axis, new Array<number>(count).fill(x.shape[axis]! / count));
};

const splitSizes: Operation = (context) => {
  const x = context.input(0);
  const axis = normalizeAxis(scalarOf(context.input(2)), x.shape.length);
  const sizes = numbersOf(context.input(1));
  const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
  return parts(x, axis, sizes.map((size) => (size < 0 ? x.shape[axis]! - known : size)));
};

const slice: Operation = (context) => {
  const x = context.input(0);
  const begin = numbersOf(context.input(1));
  const size = numbersOf(context.input(2)).map((length, axis) => (length < 0 ? x.shape[axis]! - begin[axis]! : length));
  if (size.some((length, axis) => begin[axis]! < 0 || begin[axis]! + length > x.shape[axis]!)) {
    throw new UserError(`The slice from [${begin}] of [${size}] is outside [${x.shape}]`);
  }
  return [sliced(x, begin, size)];
};

const tile: Operation = (context) => {
  const x = context.input(0);
  const times = numbersOf(context.input(1));
  // Each axis becomes (repeats, size); repeating is reading with stride 0.
  const strides = stridesOf(x.shape);
  const walk = x.shape.flatMap((size, axis) => [times[axis]!, size]);
  const tiled = readStrided(x, walk, strides.flatMap((stride) => [0, stride]));
  return [reshaped(tiled, x.shape.map((size, axis) => size * times[axis]!))];
};

/** Constant padding; `PadV2` names the constant. */
const pad: Operation = (context) => {
  const x = context.input(0);
  const pairs = numbersOf(context.input(1));
  const shape = x.shape.map((size, axis) => size + pairs[2 * axis]! + pairs[2 * axis + 1]!);
  const data = allocate(x.dtype, elementCount(shape));
  if (context.inputCount > 2) (data as NumberArray).fill((context.input(2).data as NumberArray)[0]!);
  const strides = stridesOf(shape);
  const offset = strides.reduce((sum, stride, axis) => sum + stride * pairs[2 * axis]!, 0);
  copyStrided(x.shape, { data: x.data, offset: 0, strides: stridesOf(x.shape) }, { data, offset, strides });
  return [{ dtype: x.dtype, shape, data }];
};

/** Padding with the tensor's own rows in reverse, one axis after the other; SYMMETRIC repeats the edge. */
const mirrorPad: Operation = (context) => {
  const pairs = numbersOf(context.input(1));
  const skip = context.string('mode', 'REFLECT') === 'REFLECT' ? 1 : 0;
  let x = context.input(0);
  for (let axis = 0; axis < x.shape.length; axis++) {
    const [before, after] = [pairs[2 * axis]!, pairs[2 * axis + 1]!];
    const part = (start: number, count: number): Tensor => reversed(sliced(
      x, x.shape.map((_, other) => (other === axis ? start : 0)), x.shape.map((size, other) => (other === axis ? count : size)),
    ), [axis]);
    x = concatenated([part(skip, before), x, part(x.shape[axis]! - skip - after, after)], axis);
  }
  return [x];
};

function reversed(x: Tensor, axes: readonly number[]): Tensor {
  const strides = stridesOf(x.shape);
  const flip = new Set(axes);
  const offset = axes.reduce((sum, axis) => sum + Math.max(x.shape[axis]! - 1, 0) * strides[axis]!, 0);
  return readStrided(x, x.shape, strides.map((stride, axis) => (flip.has(axis) ? -stride : stride)), offset);
}

/** Shifts elements along axes; what leaves at one end enters at the other. */
const roll: Operation = (context) => {
  let x = context.input(0);
  const shifts = numbersOf(context.input(1));
  numbersOf(context.input(2)).forEach((given, index) => {
    const axis = normalizeAxis(given, x.shape.length);
    const size = x.shape[axis]!;
    const shift = ((shifts[index]! % size) + size) % size;
    const [head, tail] = parts(x, axis, [size - shift, shift]) as [Tensor, Tensor];
    x = concatenated([tail, head], axis);
  });
  return [x];
};

/** condition ? x : y, broadcast together; in the first version the condition may also have one entry per row. */
const select: Operation = (context) => {
  const [condition, x, y] = context.inputs() as [Tensor, Tensor, Tensor];
  const perRow = context.op === 'Select' && condition.shape.length === 1 && x.shape.length > 1;
  const mask = perRow ? reshaped(condition, [condition.shape[0]!, ...x.shape.slice(1).map(() => 1)]) : condition;
  const shape = broadcastShape(broadcastShape(mask.shape, x.shape), y.shape);
  const [test, whenTrue, whenFalse] = [mask, x, y].map((tensor) => broadcastTo(tensor, shape).data as NumberArray) as [NumberArray, NumberArray, NumberArray];
  const data = allocate(x.dtype, test.length) as NumberArray;
  for (let i = 0; i < data.length; i++) data[i] = test[i] ? whenTrue[i]! : whenFalse[i]!;
  return [{ dtype: x.dtype, shape, data }];
};

export const dataMovement: Operations = {
  Transpose: (context) => [transposed(context.input(0), numbersOf(context.input(1)).map((axis) => normalizeAxis(axis, context.input(0).shape.length)))],
  ConcatV2: (context) => [joined(context.inputs(0, context.inputCount - 1), scalarOf(context.input(context.inputCount - 1)))],
  Concat: (context) => [joined(context.inputs(1), scalarOf(context.input(0)))],
  ParallelConcat: (context) => [joined(context.inputs(), 0)],
  Pack: pack, Unpack: unpack, Split: split, SplitV: splitSizes, Slice: slice, StridedSlice: stridedSlice,
  Tile: tile, Pad: pad, PadV2: pad, MirrorPad: mirrorPad, Roll: roll, Select: select, SelectV2: select,
  ReverseV2: (context) => [reversed(context.input(0), numbersOf(context.input(1)).map((axis) => normalizeAxis(axis, context.input(0).shape.length)))],
  BroadcastTo: (context) => [broadcastTo(context.input(0), numbersOf(context.input(1)))],
  MatrixDiagPart: (context) => {
    const x = context.input(0);
    const size = Math.min(x.shape.at(-1)!, x.shape.at(-2)!);
    const strides = stridesOf(x.shape);
    return [readStrided(x, [...x.shape.slice(0, -2), size], [...strides.slice(0, -2), strides.at(-2)! + 1])];
  },
  InvertPermutation: (context) => {
    const x = context.input(0);
    const data = allocate(x.dtype, x.data.length) as number[] & Int32Array;
    numbersOf(x).forEach((position, index) => (data[position] = (x.dtype === 'int64' ? BigInt(index) : index) as number));
    return [{ dtype: x.dtype, shape: x.shape, data }];
  },
};
