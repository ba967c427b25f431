import type { PartialShape } from '../../../graph/attribute';
import type { Operation } from './operation';

/** What one axis of the input contributes: `count` elements from `start` in steps of `step`, of which -1 is an unknown number. */
export interface SlicedAxis {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  /** Left out of the result. */
  readonly isShrunk: boolean;
}

export interface Sliced {
  readonly axes: readonly SlicedAxis[];
  readonly shape: readonly number[];
}

type Bits = (index: number) => boolean;

/**
 * x[begin:end:strides] with masks (ValidateStridedSliceOp of tensorflow/core/util/strided_slice_op.cc). Undefined where the
 * rank is not known. An axis of unknown size, or cut at an unknown place, has an unknown number of elements.
 */
export function stridedSlice(operation: Operation): Sliced | undefined {
  const input = operation.shape(0);
  const count = operation.shape(1)?.[0] ?? -1;
  if (input === undefined || count < 0 || count > 32) return undefined;
  const [isEllipsis, isNew, isShrunk] = [bits(operation, 'ellipsis_mask'), bits(operation, 'new_axis_mask'), bits(operation, 'shrink_axis_mask')];
  const axes: SlicedAxis[] = [];
  const shape: number[] = [];
  const whole = (axisCount: number): void => {
    for (let i = 0; i < axisCount && axes.length < input.length; i++) {
      const size = input[axes.length]!;
      shape.push(size);
      axes.push({ start: 0, step: 1, count: size, isShrunk: false });
    }
  };
  const entries = Array.from({ length: count }, (_, index) => index);
  const consumed = entries.filter((index) => !isEllipsis(index) && !isNew(index)).length;
  for (const index of entries) {
    if (isEllipsis(index)) whole(input.length - consumed);
    else if (isNew(index)) shape.push(1);
    else if (axes.length >= input.length) return undefined;
    else {
      const axis = sliceAxis(operation, index, input[axes.length]!, isShrunk(index));
      axes.push(axis);
      if (!axis.isShrunk) shape.push(axis.count);
    }
  }
  whole(input.length - axes.length);
  return { axes, shape };
}

function sliceAxis(operation: Operation, index: number, size: number, isShrunk: boolean): SlicedAxis {
  const [begin, end, step] = [1, 2, 3].map((input) => operation.integers(input)?.[index]);
  if (isShrunk) {
    const fromEnd = size < 0 ? -1 : (begin ?? -1) + size;
    return { start: begin === undefined ? -1 : begin < 0 ? fromEnd : begin, step: 1, count: 1, isShrunk };
  }
  const [beginOpen, endOpen] = [bits(operation, 'begin_mask')(index), bits(operation, 'end_mask')(index)];
  const unknown = { start: -1, step: step ?? 1, count: -1, isShrunk };
  if (step === undefined || step === 0 || size < 0 || (begin === undefined && !beginOpen) || (end === undefined && !endOpen)) return unknown;
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + size : position, low), high);
  const start = beginOpen ? (step > 0 ? low : high) : clamp(begin!);
  const stop = endOpen ? (step > 0 ? high : low) : clamp(end!);
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)), isShrunk };
}

function bits(operation: Operation, mask: string): Bits {
  const value = operation.int(mask, 0);
  return (index) => ((value >> index) & 1) === 1;
}

/** Shape of x[begin : begin + size]; a size of -1 means up to the end (SliceShape of common_shape_fns.cc). */
export function sliceShape(operation: Operation): PartialShape {
  const [input, begin, sizes] = [operation.shape(0), operation.integers(1), operation.integers(2)];
  const rank = input?.length ?? operation.shape(1)?.[0] ?? operation.shape(2)?.[0] ?? -1;
  if (rank < 0 || rank > 254) return undefined;
  return Array.from({ length: rank }, (_, axis) => {
    const [size, start, whole] = [sizes?.[axis], begin?.[axis], input?.[axis] ?? -1];
    if (size === undefined) return -1;
    if (size >= 0) return size;
    return start === undefined || whole < start ? -1 : whole - start;
  });
}
