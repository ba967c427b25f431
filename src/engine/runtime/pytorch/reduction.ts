import { UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import { elementCount, type Tensor } from '../../graph/tensor';
import { converted } from '../conversion';
import { transposed } from '../stridedCopy';
import { allocate, isBigInt, normalizeAxis, type BigIntArray, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { asFloat, isFloat } from './promotion';

/** Elements to reduce, in rows, and the shape of the result. */
interface Rows {
  readonly x: Tensor;
  readonly width: number;
  readonly shape: readonly number[];
}

/** The axes in `dim` (none named: all) moved last. */
function rowsOf(call: Call, x: Tensor): Rows {
  const rank = x.shape.length;
  const named = call.numbers('dim', []).map((axis) => normalizeAxis(axis, Math.max(rank, 1)));
  const axes = x.shape.map((_, axis) => axis);
  const reduced = new Set(named.length === 0 ? axes : named);
  const kept = axes.filter((axis) => !reduced.has(axis));
  const order = [...kept, ...axes.filter((axis) => reduced.has(axis))];
  return {
    x: order.every((axis, index) => axis === index) ? x : transposed(x, order),
    width: elementCount(axes.filter((axis) => reduced.has(axis)).map((axis) => x.shape[axis]!)),
    shape: call.flag('keepdim', false) ? x.shape.map((size, axis) => (reduced.has(axis) ? 1 : size)) : kept.map((axis) => x.shape[axis]!),
  };
}

type RowFunction = (row: NumberArray, start: number, end: number) => number;
type BigRowFunction = (row: BigIntArray, start: number, end: number) => bigint;

function reduced({ x, width, shape }: Rows, dtype: DataType, reduce: RowFunction, big?: BigRowFunction): Tensor {
  const data = allocate(dtype, elementCount(shape));
  if (isBigInt(x)) {
    if (big === undefined) throw new UserError('The op needs floats');
    for (let i = 0; i < data.length; i++) (data as BigIntArray)[i] = big(x.data as BigIntArray, i * width, (i + 1) * width);
  } else for (let i = 0; i < data.length; i++) (data as NumberArray)[i] = reduce(x.data as NumberArray, i * width, (i + 1) * width);
  return { dtype, shape, data };
}

/** Folds a row; floats accumulate in double precision. */
const fold = (initial: number, f: (total: number, x: number) => number): RowFunction => (row, start, end) => {
  let total = initial;
  for (let i = start; i < end; i++) total = f(total, row[i]!);
  return total;
};
const bigFold = (initial: bigint, f: (total: bigint, x: bigint) => bigint): BigRowFunction => (row, start, end) => {
  let total = initial;
  for (let i = start; i < end; i++) total = f(total, row[i]!);
  return total;
};
const add = (a: number, b: number): number => a + b;
const rowSum = fold(0, add);

/** Sums and products of integers and flags are int64. */
function total(reduce: RowFunction, big: BigRowFunction): CallOperation {
  return (call) => {
    const given = call.tensor('self');
    const x = converted(given, call.type('dtype') ?? (isFloat(given.dtype) ? given.dtype : 'int64'));
    return reduced(rowsOf(call, x), x.dtype, reduce, big);
  };
}

/** A statistic of real numbers. */
function real(reduce: (call: Call) => RowFunction): CallOperation {
  return (call) => {
    const x = asFloat(converted(call.tensor('self'), call.type('dtype') ?? call.tensor('self').dtype));
    return reduced(rowsOf(call, x), x.dtype, reduce(call));
  };
}

const mean = (row: NumberArray, start: number, end: number): number => rowSum(row, start, end) / (end - start);

/** Mean squared deviation with `correction` degrees of freedom taken off (default 1). */
function variance(call: Call): RowFunction {
  const correction = call.has('correction') ? call.number('correction', 1) : call.flag('unbiased', true) ? 1 : 0;
  return (row, start, end) => {
    const center = mean(row, start, end);
    return fold(0, (sum, x) => sum + (x - center) ** 2)(row, start, end) / Math.max(end - start - correction, 0);
  };
}

const deviation = (call: Call): RowFunction => {
  const squared = variance(call);
  return (row, start, end) => Math.sqrt(squared(row, start, end));
};

const varianceAndMean: CallOperation = (call) => {
  const x = asFloat(call.tensor('self'));
  const rows = rowsOf(call, x);
  return [reduced(rows, x.dtype, variance(call)), reduced(rows, x.dtype, mean)];
};

/** (Σ|x|^p)^(1/p), with the limits of p = 0 and ±∞. */
const norm = (argument: string) => (call: Call): RowFunction => {
  const order = call.number(argument, 2);
  if (order === Infinity) return fold(0, (largest, x) => Math.max(largest, Math.abs(x)));
  if (order === -Infinity) return fold(Infinity, (smallest, x) => Math.min(smallest, Math.abs(x)));
  if (order === 0) return fold(0, (count, x) => count + (x === 0 ? 0 : 1));
  if (order === 2) return (row, start, end) => Math.sqrt(fold(0, (sum, x) => sum + x * x)(row, start, end));
  return (row, start, end) => fold(0, (sum, x) => sum + Math.abs(x) ** order)(row, start, end) ** (1 / order);
};

const larger = (a: number, b: number): number => (a !== a || b <= a ? a : b);
const smaller = (a: number, b: number): number => (a !== a || b >= a ? a : b);
export const largest = fold(-Infinity, larger);
const smallest = fold(Infinity, smaller);
const largestBig = bigFold(-(2n ** 63n), (a, b) => (b > a ? b : a));
const smallestBig = bigFold(2n ** 63n - 1n, (a, b) => (b < a ? b : a));

export const logSumExp: RowFunction = (row, start, end) => {
  const top = largest(row, start, end);
  return top === -Infinity ? top : top + Math.log(fold(0, (sum, x) => sum + Math.exp(x - top))(row, start, end));
};

function extreme(reduce: RowFunction, big: BigRowFunction): CallOperation {
  return (call) => reduced(rowsOf(call, call.tensor('self')), call.tensor('self').dtype, reduce, big);
}

/** Place of the first largest or smallest element of a row; NaN counts as both. */
function placeOf(direction: 1 | -1): (row: NumberArray | BigIntArray, start: number, end: number) => bigint {
  return (row, start, end) => {
    let best = start;
    for (let i = start + 1; i < end; i++) {
      const [x, y] = [row[i]!, row[best]!];
      if (y === y && (x !== x || (direction > 0 ? x > y : x < y))) best = i;
    }
    return BigInt(best - start);
  };
}

function places({ x, width, shape }: Rows, direction: 1 | -1): Tensor {
  const data = allocate('int64', elementCount(shape)) as BigInt64Array;
  const place = placeOf(direction);
  for (let i = 0; i < data.length; i++) data[i] = place(x.data as NumberArray, i * width, (i + 1) * width);
  return { dtype: 'int64', shape, data };
}

function extremeWithPlace(direction: 1 | -1): CallOperation {
  const [reduce, big] = direction > 0 ? [largest, largestBig] : [smallest, smallestBig];
  return (call) => {
    const x = call.tensor('self');
    const rows = rowsOf(call, x);
    return [reduced(rows, x.dtype, reduce, big), places(rows, direction)];
  };
}

function flags(reduce: RowFunction): CallOperation {
  return (call) => reduced(rowsOf(call, converted(call.tensor('self'), 'bool')), 'bool', reduce);
}

const under = (names: readonly string[], compute: CallOperation): CallOperations => Object.fromEntries(names.map((name) => [name, compute]));

export const reductions: CallOperations = {
  ...under(['aten.sum', 'aten.sum.dim_IntList'], total(rowSum, bigFold(0n, (a, b) => a + b))),
  ...under(['aten.prod', 'aten.prod.dim_int'], total(fold(1, (a, b) => a * b), bigFold(1n, (a, b) => a * b))),
  ...under(['aten.mean', 'aten.mean.dim'], real(() => mean)),
  ...under(['aten.var', 'aten.var.dim', 'aten.var.correction'], real(variance)), ...under(['aten.std', 'aten.std.dim', 'aten.std.correction'], real(deviation)),
  ...under(['aten.var_mean', 'aten.var_mean.dim', 'aten.var_mean.correction'], varianceAndMean),
  'aten.linalg_vector_norm': real(norm('ord')), ...under(['aten.norm.Scalar', 'aten.norm.ScalarOpt_dim', 'aten.norm.ScalarOpt_dim_dtype'], real(norm('p'))),
  'aten.logsumexp': real(() => logSumExp),
  ...under(['aten.amax', 'aten.max'], extreme(largest, largestBig)), ...under(['aten.amin', 'aten.min'], extreme(smallest, smallestBig)),
  'aten.max.dim': extremeWithPlace(1), 'aten.min.dim': extremeWithPlace(-1),
  'aten.argmax': (call) => places(rowsOf(call, call.tensor('self')), 1),
  'aten.argmin': (call) => places(rowsOf(call, call.tensor('self')), -1),
  ...under(['aten.any', 'aten.any.dim', 'aten.any.dims'], flags(fold(0, (a, b) => a | b))),
  ...under(['aten.all', 'aten.all.dim', 'aten.all.dims'], flags(fold(1, (a, b) => a & b))),
};
