import { UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import { elementCount, type Tensor } from '../../graph/tensor';
import type { OpContext, Operation, Operations } from '../operation';
import { halfRounding } from '../halfPrecision';
import { transposed } from '../stridedCopy';
import { allocate, isBigInt, normalizeAxis, numbersOf, scalarOf, type BigIntArray, type NumberArray } from '../tensors';

/** Reduces elements [start, end) of a row; sums of floats accumulate in double precision. */
type RowReduction = (row: NumberArray, start: number, end: number) => number;
type BigIntReduction = (row: BigIntArray, start: number, end: number) => bigint;

const sum: RowReduction = (row, start, end) => {
  let total = 0;
  for (let i = start; i < end; i++) total += row[i]!;
  return total;
};

const fold = (initial: number, f: (sum: number, x: number) => number): RowReduction => (row, start, end) => {
  let result = initial;
  for (let i = start; i < end; i++) result = f(result, row[i]!);
  return result;
};

const bigFold = (initial: bigint, f: (sum: bigint, x: bigint) => bigint): BigIntReduction => (row, start, end) => {
  let result = initial;
  for (let i = start; i < end; i++) result = f(result, row[i]!);
  return result;
};

/** The tensor with the reduced axes last, and the shapes of the result with and without them. */
function reducedLast(context: OpContext): { rows: Tensor; width: number; shape: number[] } {
  const x = context.input(0);
  const rank = x.shape.length;
  const reduced = new Set(numbersOf(context.input(1)).map((axis) => normalizeAxis(axis, rank)));
  const axes = x.shape.map((_, axis) => axis);
  const kept = axes.filter((axis) => !reduced.has(axis));
  const order = [...kept, ...axes.filter((axis) => reduced.has(axis))];
  const inOrder = order.every((axis, index) => axis === index);
  const keepDims = context.bool('keep_dims', false);
  return {
    rows: inOrder ? x : transposed(x, order),
    width: elementCount(axes.filter((axis) => reduced.has(axis)).map((axis) => x.shape[axis]!)),
    shape: keepDims ? x.shape.map((size, axis) => (reduced.has(axis) ? 1 : size)) : kept.map((axis) => x.shape[axis]!),
  };
}

/** A product that is rounded after every factor, as Eigen's is in half precision. */
const product: Operation = (context) => {
  const round = halfRounding(context.outputType(0));
  return reduction(fold(1, (a, b) => round(a * b)), bigFold(1n, (a, b) => a * b))(context);
};

function reduction(reduce: RowReduction, reduceBig?: BigIntReduction): Operation {
  return (context) => {
    const { rows, width, shape } = reducedLast(context);
    const data = allocate(rows.dtype, elementCount(shape));
    if (isBigInt(rows)) {
      if (reduceBig === undefined) throw new UserError(`${context.op} of ${rows.dtype} is not supported`);
      for (let i = 0; i < data.length; i++) (data as BigIntArray)[i] = reduceBig(rows.data as BigIntArray, i * width, (i + 1) * width);
    } else for (let i = 0; i < data.length; i++) (data as NumberArray)[i] = reduce(rows.data as NumberArray, i * width, (i + 1) * width);
    return [{ dtype: rows.dtype, shape, data }];
  };
}

const larger = (a: number, b: number): number => (a !== a || b <= a ? a : b);
const smaller = (a: number, b: number): number => (a !== a || b >= a ? a : b);

/** Index of the first largest (or smallest) element along an axis. */
function argument(better: (x: number | bigint, best: number | bigint) => boolean): Operation {
  return (context) => {
    const x = context.input(0);
    const axis = normalizeAxis(scalarOf(context.input(1)), x.shape.length);
    const width = x.shape[axis]!;
    const inner = elementCount(x.shape.slice(axis + 1));
    const shape = x.shape.filter((_, index) => index !== axis);
    const dtype: DataType = context.type('output_type', 'int64');
    const values = x.data as ArrayLike<number | bigint>;
    const data = allocate(dtype, elementCount(shape));
    for (let i = 0; i < data.length; i++) {
      const start = Math.floor(i / inner) * width * inner + (i % inner);
      let best = 0;
      for (let k = 1; k < width; k++) if (better(values[start + k * inner]!, values[start + best * inner]!)) best = k;
      (data as NumberArray)[i] = (dtype === 'int64' ? BigInt(best) : best) as number;
    }
    return [{ dtype, shape, data }];
  };
}

/** Running sum or product along an axis, in either direction, with or without the element itself; half precision is rounded after each. */
function cumulative(initial: number, f: (sum: number, x: number) => number): Operation {
  return (context) => {
    const x = context.input(0);
    const axis = normalizeAxis(scalarOf(context.input(1)), x.shape.length);
    const [exclusive, reverse] = [context.bool('exclusive', false), context.bool('reverse', false)];
    const width = x.shape[axis]!;
    const inner = elementCount(x.shape.slice(axis + 1));
    const values = x.data as NumberArray;
    const data = allocate(x.dtype, values.length) as NumberArray;
    const big = isBigInt(x);
    const round = halfRounding(context.outputType(0));
    for (let line = 0; line < values.length / width; line++) {
      const start = Math.floor(line / inner) * width * inner + (line % inner);
      let total = (big ? BigInt(initial) : initial) as number;
      for (let k = 0; k < width; k++) {
        const i = start + (reverse ? width - 1 - k : k) * inner;
        const next = round(f(total, values[i]!));
        data[i] = exclusive ? total : next;
        total = next;
      }
    }
    return [{ dtype: x.dtype, shape: x.shape, data }];
  };
}

export const reductions: Operations = {
  Sum: reduction(sum, bigFold(0n, (a, b) => a + b)),
  Mean: reduction((row, start, end) => sum(row, start, end) / (end - start), (row, start, end) => bigFold(0n, (a, b) => a + b)(row, start, end) / BigInt(end - start)),
  Prod: product,
  Max: reduction(fold(-Infinity, larger), bigFold(-(2n ** 63n), (a, b) => (b > a ? b : a))),
  Min: reduction(fold(Infinity, smaller), bigFold(2n ** 63n - 1n, (a, b) => (b < a ? b : a))),
  All: reduction(fold(1, (a, b) => a & b)), Any: reduction(fold(0, (a, b) => a | b)),
  EuclideanNorm: reduction((row, start, end) => Math.sqrt(fold(0, (a, b) => a + b * b)(row, start, end))),
  ArgMax: argument((x, best) => x > best), ArgMin: argument((x, best) => x < best),
  Cumsum: cumulative(0, (a, b) => a + b), Cumprod: cumulative(1, (a, b) => a * b),
};
