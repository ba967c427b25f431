import { UserError } from '../../errors';
import type { Operation } from '../operation';
import { readStrided } from '../stridedCopy';
import { numbersOf, reshaped, stridesOf } from '../tensors';

/** What one axis of the input contributes: `count` elements from `start` in steps of `step`. */
interface AxisSlice {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** x[begin:end:stride, …, newaxis, i] with TensorFlow's bit masks (tensorflow/core/util/strided_slice_op.cc). */
export const stridedSlice: Operation = (context) => {
  const x = context.input(0);
  const [begin, end, strides] = [1, 2, 3].map((index) => numbersOf(context.input(index))) as [number[], number[], number[]];
  const bit = (mask: string) => {
    const bits = context.int(mask, 0);
    return (index: number): boolean => ((bits >> index) & 1) === 1;
  };
  const [beginOpen, endOpen, isEllipsis, isNew, isShrunk] = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map(bit) as [
    (i: number) => boolean, (i: number) => boolean, (i: number) => boolean, (i: number) => boolean, (i: number) => boolean,
  ];
  const consumed = begin.filter((_, index) => !isEllipsis(index) && !isNew(index)).length;
  const slices: AxisSlice[] = [];
  const shape: number[] = [];
  const whole = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const size = x.shape[slices.length]!;
      slices.push({ start: 0, step: 1, count: size });
      shape.push(size);
    }
  };
  begin.forEach((_, index) => {
    if (isEllipsis(index)) return whole(x.shape.length - consumed);
    if (isNew(index)) return void shape.push(1);
    const size = x.shape[slices.length];
    if (size === undefined) throw new UserError(`A tensor of [${x.shape}] has no axis ${slices.length}`);
    if (isShrunk(index)) {
      const position = begin[index]! < 0 ? begin[index]! + size : begin[index]!;
      if (position < 0 || position >= size) throw new UserError(`Index ${begin[index]} is outside an axis of ${size}`);
      slices.push({ start: position, step: 1, count: 1 });
      return;
    }
    const step = strides[index]!;
    if (step === 0) throw new UserError('The step of a slice is 0');
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + size : position, low), high);
    const start = beginOpen(index) ? (step > 0 ? low : high) : clamp(begin[index]!);
    const stop = endOpen(index) ? (step > 0 ? high : low) : clamp(end[index]!);
    const count = Math.max(0, Math.ceil((stop - start) / step));
    slices.push({ start, step, count });
    shape.push(count);
  });
  whole(x.shape.length - slices.length);
  const own = stridesOf(x.shape);
  const offset = slices.reduce((sum, { start }, axis) => sum + start * own[axis]!, 0);
  return [reshaped(readStrided(x, slices.map(({ count }) => count), slices.map(({ step }, axis) => step * own[axis]!), offset), shape)];
};
