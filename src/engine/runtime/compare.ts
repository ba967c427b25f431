import { UserError } from '../errors';
import type { Tensor } from '../graph/tensor';
import { widened } from './halfPrecision';

/** How far a converted model's output is from the reference. */
export interface OutputComparison {
  /** 10 log10(signal power / error power); Infinity when the outputs are equal, -Infinity where one alone is NaN or infinite. */
  readonly sqnrDb: number;
  readonly maxAbsError: number;
  readonly meanSquaredError: number;
  /** Of the angle between both, taken as vectors; 1 for equal ones. */
  readonly cosine: number;
  /** Share of rows whose largest element is the same one; undefined for outputs of fewer than two columns. */
  readonly top1Agreement: number | undefined;
}

/** Compares outputs pairwise. Throws UserError when their number or shapes differ. */
export function compareOutputs(reference: readonly Tensor[], converted: readonly Tensor[]): OutputComparison[] {
  if (reference.length !== converted.length) throw new UserError(`The models have ${reference.length} and ${converted.length} outputs`);
  return reference.map((expected, index) => compareOutput(expected, converted[index]!));
}

function compareOutput(expected: Tensor, actual: Tensor): OutputComparison {
  if (expected.shape.join() !== actual.shape.join()) {
    throw new UserError(`The outputs have different shapes: [${expected.shape}] and [${actual.shape}]`);
  }
  const [a, b] = [valuesOf(expected), valuesOf(actual)];
  let signal = 0;
  let noise = 0;
  let maxAbsError = 0;
  let [dot, power] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    // Equal infinities and NaN in both places are no error; NaN in one of them is an infinite one.
    const difference = Object.is(a[i], b[i]) ? 0 : Math.abs(a[i]! - b[i]!);
    const error = Number.isNaN(difference) ? Infinity : difference;
    if (Number.isFinite(a[i])) signal += a[i]! ** 2;
    noise += error ** 2;
    dot += a[i]! * b[i]!;
    power += b[i]! ** 2;
    maxAbsError = Math.max(maxAbsError, error);
  }
  const sqnrDb = noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
  const columns = expected.shape.at(-1) ?? 1;
  const cosine = noise === 0 ? 1 : dot / Math.sqrt(signal * power);
  return { sqnrDb, maxAbsError, meanSquaredError: a.length === 0 ? 0 : noise / a.length, cosine, top1Agreement: columns < 2 ? undefined : agreement(largestPerRow(a, columns), largestPerRow(b, columns)) };
}

function agreement(a: readonly number[], b: readonly number[]): number {
  return a.reduce((count, value, index) => count + (value === b[index] ? 1 : 0), 0) / a.length;
}

function largestPerRow(values: ArrayLike<number>, columns: number): number[] {
  const result: number[] = [];
  for (let start = 0; start < values.length; start += columns) {
    let best = 0;
    for (let column = 1; column < columns; column++) if (values[start + column]! > values[start + best]!) best = column;
    result.push(best);
  }
  return result;
}

/** The elements as JavaScript numbers, half-precision ones widened. */
export function valuesOf(tensor: Tensor): ArrayLike<number> {
  const { data } = widened(tensor);
  return data instanceof BigInt64Array || data instanceof BigUint64Array ? Array.from(data, Number) : (data as Float32Array);
}
