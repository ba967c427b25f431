import type { MetricName } from '../config/config';
import { UserError } from '../errors';
import { elementCount, type Tensor } from '../graph/tensor';
import { valuesOf } from '../runtime/compare';

/** Adds up what a metric needs of outputs, batch by batch; keeps no tensor. */
export interface Scorer {
  /** Takes the output for some samples and what is expected there. Throws UserError where they do not fit each other. */
  add(output: Tensor, expected: Tensor): void;
  result(): number;
}

/** How the outputs of a model become one number. */
export interface Metric {
  readonly higherIsBetter: boolean;
  /** Class numbers (or one row of scores per prediction), which only labels give; or values like the output's own. */
  readonly expects: 'classes' | 'values';
  /** `k` is for topk only. */
  start(k: number): Scorer;
}

/** What outputs without any difference count as: FP32 has 24 significant bits, of 20·log10(2) dB each. */
const MOST_DB = 24 * 20 * Math.log10(2);

export const METRICS: Readonly<Record<MetricName, Metric>> = {
  /** Share of predictions whose class is among the k of the highest scores; of equal scores the first counts. */
  topk: { higherIsBetter: true, expects: 'classes', start: topk },
  /** Mean of squared differences. */
  mse: { higherIsBetter: false, expects: 'values', start: () => differences(({ noise, count }) => noise / count) },
  /** 10·log10(signal power / error power), at most what FP32 can tell apart. */
  sqnr: { higherIsBetter: true, expects: 'values', start: () => differences(({ signal, noise }) => Math.min(MOST_DB, 10 * Math.log10(signal / noise))) },
  /** Cosine of the angle between all outputs and all expected values, taken as two vectors. */
  cosine: { higherIsBetter: true, expects: 'values', start: () => differences(({ dot, signal, output }) => (dot === output && dot === signal ? 1 : dot / Math.sqrt(signal * output))) },
};

function topk(k: number): Scorer {
  let hits = 0;
  let rows = 0;
  return {
    add(output, expected) {
      const columns = output.shape.at(-1) ?? 1;
      const scores = valuesOf(output);
      const labels = classesOf(expected, scores.length / columns, columns);
      for (const [row, label] of labels.entries()) if (isAmongHighest(scores, row * columns, columns, label, k)) hits++;
      rows += labels.length;
    },
    result: () => hits / rows,
  };
}

/** Class numbers, or the place of the largest of each row where labels have the shape of the output. */
function classesOf(labels: Tensor, rows: number, columns: number): ArrayLike<number> & Iterable<number> & { entries(): Iterable<[number, number]> } {
  const values = Array.from(labels.data as ArrayLike<number | bigint>, Number);
  if (values.length === rows) return values;
  if (values.length !== rows * columns) throw new UserError(`There are ${values.length} labels for ${rows} predictions`, { hint: 'Give one label for each sample' });
  return Array.from({ length: rows }, (_, row) => {
    const scores = values.slice(row * columns, (row + 1) * columns);
    return scores.indexOf(Math.max(...scores));
  });
}

/** A row with NaN predicts nothing. */
function isAmongHighest(scores: ArrayLike<number>, start: number, columns: number, label: number, k: number): boolean {
  if (!(label >= 0 && label < columns)) return false;
  const own = scores[start + label]!;
  let better = 0;
  for (let column = 0; column < columns; column++) {
    const score = scores[start + column]!;
    if (Number.isNaN(score)) return false;
    if (score > own || (score === own && column < label)) better++;
  }
  return better < k;
}

interface Sums {
  signal: number;
  output: number;
  dot: number;
  noise: number;
  count: number;
}

function differences(result: (sums: Sums) => number): Scorer {
  const sums: Sums = { signal: 0, output: 0, dot: 0, noise: 0, count: 0 };
  return {
    add(output, expected) {
      const [a, b] = [valuesOf(expected), valuesOf(output)];
      if (a.length !== b.length) throw new UserError(`There are ${a.length} expected values for an output of ${elementCount(output.shape)}`, { hint: 'Give values of the shape of the output' });
      for (let i = 0; i < a.length; i++) {
        sums.signal += a[i]! ** 2;
        sums.output += b[i]! ** 2;
        sums.dot += a[i]! * b[i]!;
        // Equal infinities are no error.
        sums.noise += a[i] === b[i] ? 0 : (a[i]! - b[i]!) ** 2;
      }
      sums.count += a.length;
    },
    result: () => result(sums),
  };
}

/** The number as JSON can keep it: what is NaN or infinite becomes the worst there is. */
export function finiteScore(score: number, { higherIsBetter }: Pick<Metric, 'higherIsBetter'>): number {
  return Number.isFinite(score) ? score : higherIsBetter ? -Number.MAX_VALUE : Number.MAX_VALUE;
}
