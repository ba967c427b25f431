import { elementCount, type Tensor } from '../../graph/tensor';
import { converted } from '../conversion';
import { transposed } from '../stridedCopy';
import { allocate, isBigInt, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { asFloat, isFloat } from './promotion';
import { largest, logSumExp } from './reduction';
import { axisOf } from './views';

/** Running totals along an axis. */
function cumulative(initial: number, f: (total: number, x: number) => number): CallOperation {
  return (call) => {
    const given = call.tensor('self');
    const x = converted(given, call.type('dtype') ?? (isFloat(given.dtype) ? given.dtype : 'int64'));
    const axis = axisOf(call, 'dim', 0, x.shape.length);
    const [width, inner] = [x.shape[axis] ?? 1, elementCount(x.shape.slice(axis + 1))];
    const data = allocate(x.dtype, x.data.length) as NumberArray;
    const source = x.data as NumberArray;
    for (let line = 0; line < source.length / width; line++) {
      const start = Math.floor(line / inner) * width * inner + (line % inner);
      let sum = (isBigInt(x) ? BigInt(initial) : initial) as number;
      for (let k = 0; k < width; k++) data[start + k * inner] = sum = f(sum, source[start + k * inner]!);
    }
    return { ...x, data };
  };
}

/** Rows along one axis, the function's result in the same place. */
function alongAxis(fill: (source: NumberArray, target: NumberArray, start: number, end: number) => void): CallOperation {
  return (call) => {
    const given = call.tensor('self');
    const x = asFloat(converted(given, call.type('dtype') ?? given.dtype));
    if (x.shape.length === 0) return alongLast(x, fill);
    const axis = axisOf(call, 'dim', -1, x.shape.length);
    const order = x.shape.map((_, index) => index);
    [order[axis], order[x.shape.length - 1]] = [x.shape.length - 1, axis];
    const isLast = axis === x.shape.length - 1;
    const result = alongLast(isLast ? x : transposed(x, order), fill);
    return isLast ? result : transposed(result, order);
  };
}

function alongLast(x: Tensor, fill: (source: NumberArray, target: NumberArray, start: number, end: number) => void): Tensor {
  const data = allocate(x.dtype, x.data.length) as NumberArray;
  const width = x.shape.at(-1) ?? 1;
  for (let start = 0; start < data.length; start += width) fill(x.data as NumberArray, data, start, start + width);
  return { ...x, data };
}

/** exp(x - max) / Σ; a row of -∞ only gives NaN. */
const softmax = alongAxis((source, target, start, end) => {
  const top = largest(source, start, end);
  let sum = 0;
  for (let i = start; i < end; i++) sum += Math.exp(source[i]! - top);
  for (let i = start; i < end; i++) target[i] = Math.exp(source[i]! - top) / sum;
});

const logSoftmax = alongAxis((source, target, start, end) => {
  const whole = logSumExp(source, start, end);
  for (let i = start; i < end; i++) target[i] = source[i]! - whole;
});

/** Entries of an axis in order, with their old places; equal ones keep theirs, NaN counts as the largest. */
function sorted(call: Call, count: (width: number) => number, descending: boolean): Tensor[] {
  const x = call.tensor('self');
  if (x.shape.length === 0) return [x, { dtype: 'int64', shape: [], data: BigInt64Array.of(0n) }];
  const axis = axisOf(call, 'dim', -1, x.shape.length);
  const order = x.shape.map((_, index) => index);
  [order[axis], order[x.shape.length - 1]] = [x.shape.length - 1, axis];
  const rows = transposed(x, order);
  const width = rows.shape.at(-1)!;
  const kept = count(width);
  const shape = [...rows.shape.slice(0, -1), kept];
  const values = allocate(x.dtype, elementCount(shape)) as NumberArray;
  const old = allocate('int64', values.length) as BigInt64Array;
  const source = rows.data as NumberArray;
  for (let row = 0; row * width < source.length; row++) {
    const at = (i: number): number => source[row * width + i]!;
    const isBelow = (i: number, j: number): boolean => at(i) < at(j) || (at(i) === at(i) && at(j) !== at(j));
    const ranks = Array.from({ length: width }, (_, i) => i).sort((i, j) => (isBelow(i, j) ? -1 : isBelow(j, i) ? 1 : 0) * (descending ? -1 : 1) || i - j);
    for (let k = 0; k < kept; k++) {
      values[row * kept + k] = at(ranks[k]!);
      old[row * kept + k] = BigInt(ranks[k]!);
    }
  }
  return [transposed({ dtype: x.dtype, shape, data: values }, order), transposed({ dtype: 'int64', shape, data: old }, order)];
}

/** Ops that keep an axis and compute along it. */
export const alongAxes: CallOperations = {
  'aten.cumsum': cumulative(0, (a, b) => a + b), 'aten.cumprod': cumulative(1, (a, b) => a * b),
  'aten.softmax.int': softmax, 'aten._softmax': softmax, 'aten.log_softmax.int': logSoftmax, 'aten._log_softmax': logSoftmax,
  'aten.topk': (call) => sorted(call, () => call.number('k', 1), call.flag('largest', true)),
  'aten.sort': (call) => sorted(call, (width) => width, call.flag('descending', false)),
  'aten.sort.stable': (call) => sorted(call, (width) => width, call.flag('descending', false)),
  'aten.argsort': (call) => sorted(call, (width) => width, call.flag('descending', false))[1]!,
};
