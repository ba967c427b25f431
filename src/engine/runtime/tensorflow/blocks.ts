import { elementCount, type Tensor } from '../../graph/tensor';
import type { Operation, Operations } from '../operation';
import { copyStrided, sliced, transposed } from '../stridedCopy';
import { allocate, numbersOf, reshaped, stridesOf } from '../tensors';
import { isChannelsFirst } from './windows';

/** Pads, then moves blocks of the first `block.length` spatial axes into the batch. */
const spaceToBatch: Operation = (context) => {
  const x = context.input(0);
  const block = numbersOf(context.input(1));
  const pads = numbersOf(context.input(2));
  const axes = block.length;
  const shape = x.shape.map((size, axis) => (axis >= 1 && axis <= axes ? size + pads[2 * (axis - 1)]! + pads[2 * (axis - 1) + 1]! : size));
  const strides = stridesOf(shape);
  const data = allocate(x.dtype, elementCount(shape));
  const offset = block.reduce((sum, _, axis) => sum + pads[2 * axis]! * strides[axis + 1]!, 0);
  copyStrided(x.shape, { data: x.data, offset: 0, strides: stridesOf(x.shape) }, { data, offset, strides });
  const spatial = block.map((size, axis) => shape[axis + 1]! / size);
  const rest = shape.slice(axes + 1);
  const split: Tensor = { dtype: x.dtype, shape: [shape[0]!, ...spatial.flatMap((size, axis) => [size, block[axis]!]), ...rest], data };
  const order = [...block.map((_, axis) => 2 * axis + 2), 0, ...block.map((_, axis) => 2 * axis + 1), ...rest.map((_, axis) => 2 * axes + 1 + axis)];
  return [reshaped(transposed(split, order), [shape[0]! * elementCount(block), ...spatial, ...rest])];
};

/** The way back: blocks out of the batch, then cropped. */
const batchToSpace: Operation = (context) => {
  const x = context.input(0);
  const block = numbersOf(context.input(1));
  const crops = numbersOf(context.input(2));
  const axes = block.length;
  const batch = x.shape[0]! / elementCount(block);
  const rest = x.shape.slice(axes + 1);
  const split = reshaped(x, [...block, batch, ...x.shape.slice(1)]);
  const order = [axes, ...block.flatMap((_, axis) => [axes + 1 + axis, axis]), ...rest.map((_, axis) => 2 * axes + 1 + axis)];
  const whole = reshaped(transposed(split, order), [batch, ...block.map((size, axis) => size * x.shape[axis + 1]!), ...rest]);
  const begin = whole.shape.map((_, axis) => (axis >= 1 && axis <= axes ? crops[2 * (axis - 1)]! : 0));
  const size = whole.shape.map((length, axis) => (axis >= 1 && axis <= axes ? length - crops[2 * (axis - 1)]! - crops[2 * (axis - 1) + 1]! : length));
  return [sliced(whole, begin, size)];
};

/** Blocks of height and width into channels, or back. */
const spaceToDepth: Operation = (context) => {
  const x = context.input(0);
  const b = context.int('block_size', 2);
  if (isChannelsFirst(context)) {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    return [reshaped(transposed(reshaped(x, [n, c, h / b, b, w / b, b]), [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b])];
  }
  const [n, h, w, c] = x.shape as [number, number, number, number];
  return [reshaped(transposed(reshaped(x, [n, h / b, b, w / b, b, c]), [0, 1, 3, 2, 4, 5]), [n, h / b, w / b, b * b * c])];
};

const depthToSpace: Operation = (context) => {
  const x = context.input(0);
  const b = context.int('block_size', 2);
  if (isChannelsFirst(context)) {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    return [reshaped(transposed(reshaped(x, [n, b, b, c / b / b, h, w]), [0, 3, 4, 1, 5, 2]), [n, c / b / b, h * b, w * b])];
  }
  const [n, h, w, c] = x.shape as [number, number, number, number];
  return [reshaped(transposed(reshaped(x, [n, h, w, b, b, c / b / b]), [0, 1, 3, 2, 4, 5]), [n, h * b, w * b, c / b / b])];
};

export const blocks: Operations = {
  SpaceToBatchND: spaceToBatch, BatchToSpaceND: batchToSpace, SpaceToDepth: spaceToDepth, DepthToSpace: depthToSpace,
};
