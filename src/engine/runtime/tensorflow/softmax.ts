import { halfRounding, isHalf } from '../halfPrecision';
import type { Operation, Operations } from '../operation';
import { allocate, type NumberArray } from '../tensors';

/**
 * exp(x - max) / sum along the last axis; `log` gives its logarithm. A row of -inf only gives NaN, as in TensorFlow. Half
 * precision is rounded between the steps, each of which TensorFlow leaves in a tensor (softmax_op_functor.h).
 */
function softmax(log: boolean): Operation {
  return (context) => {
    const x = context.input(0);
    const source = x.data as NumberArray;
    const data = allocate(x.dtype, source.length) as NumberArray;
    const width = x.shape.at(-1) ?? 1;
    const type = context.outputType(0) ?? x.dtype;
    const round = halfRounding(type);
    const sumOf = isHalf(type) ? (values: Float64Array): number => sumInPackets(values, round) : sum;
    const exponentials = new Float64Array(width);
    for (let start = 0; start < source.length; start += width) {
      const row = source.subarray(start, start + width);
      let max = -Infinity;
      for (const value of row) if (value > max) max = value;
      for (let i = 0; i < width; i++) exponentials[i] = round(Math.exp(round(row[i]! - max)));
      const total = sumOf(exponentials);
      const [logarithm, inverse] = [round(Math.log(total)), round(1 / total)];
      for (let i = 0; i < width; i++) data[start + i] = log ? round(row[i]! - max) - logarithm : exponentials[i]! * inverse;
    }
    return [{ dtype: x.dtype, shape: x.shape, data }];
  };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Lanes of Eigen's packets of half-precision numbers, in builds for AVX. */
const LANES = 8;

/** A sum as Eigen takes it along a row: in the lanes of two packets by turns, rounded after every addition (TensorReduction.h, InnerMostDimReducer). */
function sumInPackets(values: Float64Array, round: (x: number) => number): number {
  const packets = [new Float64Array(LANES), new Float64Array(LANES)] as const;
  const whole = values.length - (values.length % LANES);
  const paired = values.length - (values.length % (2 * LANES));
  for (let i = 0; i < whole; i++) {
    const packet = packets[i < paired ? Math.floor(i / LANES) % 2 : 0]!;
    packet[i % LANES] = round(packet[i % LANES]! + values[i]!);
  }
  let rest = 0;
  for (let i = whole; i < values.length; i++) rest = round(rest + values[i]!);
  return round(rest + round(sum(packets[0].map((value, lane) => round(value + packets[1][lane]!)))));
}

export const softmaxes: Operations = { Softmax: softmax(false), LogSoftmax: softmax(true) };
