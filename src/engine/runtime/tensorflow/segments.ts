import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import type { Operation, Operations } from '../operation';
import { copyStrided } from '../stridedCopy';
import { allocate, numbersOf, scalarOf, zeros, type NumberArray } from '../tensors';

type Combine = (a: number, b: number) => number;

/** Rows of `x` combined by segment; `start` fills segments, `empty` is what segments without rows become. */
function combined(x: Tensor, segments: Tensor, count: number, combine: Combine, start: number, empty: number): Tensor {
  const rowShape = x.shape.slice(segments.shape.length);
  const inner = elementCount(rowShape);
  const result = zeros(x.dtype, [count, ...rowShape]);
  const [data, source] = [result.data as NumberArray, x.data as NumberArray];
  const filled = new Uint8Array(count);
  const isBig = data instanceof BigInt64Array;
  const number = (value: number): number => (isBig ? BigInt(value) : value) as number;
  numbersOf(segments).forEach((segment, row) => {
    if (segment < 0) return;
    if (segment >= count) throw new UserError(`Segment ${segment} is outside the ${count} segments`);
    if (filled[segment] === 0) data.fill(number(start), segment * inner, (segment + 1) * inner);
    filled[segment] = 1;
    for (let i = 0; i < inner; i++) data[segment * inner + i] = combine(data[segment * inner + i]!, source[row * inner + i]!);
  });
  filled.forEach((has, segment) => {
    if (has === 0) data.fill(number(empty), segment * inner, (segment + 1) * inner);
  });
  return result;
}

/** Segments in rising order; their number is one more than the last. Segments without rows are 0 (1 for products). */
function sorted(combine: Combine, start: (x: number) => number, empty = 0): Operation {
  return (context) => {
    const [x, segments] = [context.input(0), context.input(1)];
    return [combined(x, segments, Math.max(-1, ...numbersOf(segments)) + 1, combine, start(lowestOf(x)), empty)];
  };
}

/** Any order, a given number of segments; segments without rows keep the identity of the operation. */
function unsorted(combine: Combine, start: (lowest: number) => number): Operation {
  return (context) => {
    const x = context.input(0);
    const identity = start(lowestOf(x));
    return [combined(x, context.input(1), scalarOf(context.input(2)), combine, identity, identity)];
  };
}

/** The lowest value of an element type, the identity of max. */
function lowestOf({ dtype }: Tensor): number {
  if (dtype === 'float32') return -3.4028234663852886e38;
  if (dtype === 'float64') return -Number.MAX_VALUE;
  return dtype === 'int64' ? -(2 ** 63) : dtype.startsWith('u') ? 0 : -(2 ** 31);
}

/** The mean of the rows of each segment. */
const segmentMean: Operation = (context) => {
  const [x, segments] = [context.input(0), context.input(1)];
  const positions = numbersOf(segments);
  const counts = new Array<number>(Math.max(-1, ...positions) + 1).fill(0);
  for (const segment of positions) counts[segment]!++;
  const sums = combined(x, segments, counts.length, (a, b) => a + b, 0, 0);
  const data = sums.data as NumberArray;
  const inner = data.length / Math.max(counts.length, 1);
  for (let i = 0; i < data.length; i++) data[i]! /= Math.max(counts[Math.floor(i / inner)]!, 1);
  return [sums];
};

const max: Combine = (a, b) => (b > a ? b : a);
const min: Combine = (a, b) => (b < a ? b : a);

/** How often each integer below `size` occurs, weighted. */
const bincount: Operation = (context) => {
  const [values, size, weights] = [numbersOf(context.input(0)), scalarOf(context.input(1)), context.input(2)];
  const result = zeros(weights.dtype, [size]);
  const [data, weight] = [result.data as NumberArray, weights.data as NumberArray];
  const one = (weights.dtype === 'int64' ? 1n : 1) as number;
  values.forEach((value, index) => {
    if (value < size) data[value]! += weight.length === 0 ? one : weight[index]!;
  });
  return [result];
};

/** Rows of `x` dealt out by partition number. */
const dynamicPartition: Operation = (context) => {
  const [x, partitions] = [context.input(0), context.input(1)];
  const rowShape = x.shape.slice(partitions.shape.length);
  const inner = elementCount(rowShape);
  const rows: number[][] = Array.from({ length: context.int('num_partitions', 1) }, () => []);
  numbersOf(partitions).forEach((partition, row) => rows[partition]!.push(row));
  return rows.map((members) => {
    const data = allocate(x.dtype, members.length * inner);
    members.forEach((row, at) => copyStrided([inner], { data: x.data, offset: row * inner, strides: [1] }, { data, offset: at * inner, strides: [1] }));
    return { dtype: x.dtype, shape: [members.length, ...rowShape], data };
  });
};

const add: Combine = (a, b) => a + b;
const multiply: Combine = (a, b) => a * b;

export const segments: Operations = {
  SegmentSum: sorted(add, () => 0), SegmentProd: sorted(multiply, () => 1, 1), SegmentMean: segmentMean,
  SegmentMax: sorted(max, (lowest) => lowest), SegmentMin: sorted(min, (lowest) => -lowest),
  UnsortedSegmentSum: unsorted(add, () => 0), UnsortedSegmentProd: unsorted(multiply, () => 1),
  UnsortedSegmentMax: unsorted(max, (lowest) => lowest), UnsortedSegmentMin: unsorted(min, (lowest) => (lowest < -(2 ** 32) ? -lowest : -lowest - 1)),
  Bincount: bincount,
};

export const partitioning: Operations = { DynamicPartition: dynamicPartition };
