import type { CalibrationAlgorithm } from '../config/config';
import type { Tensor } from '../graph/tensor';
import { widened } from '../runtime/halfPrecision';
import { ENTROPY_BINS, leastDivergence } from './entropy';
import { type Bins, createHistogram, type Extremes, extremesOf } from './histogram';
import { leastSquaredError, SQUARED_ERROR_BINS } from './leastSquaredError';
import { DEFAULT_PERCENTILE, percentileOf, PERCENTILE_BINS } from './percentile';
import type { ValueRange } from './ranges';

/** Collects what calibration needs of one value, run by run; keeps no tensor. */
export interface Observer {
  /** Returns false when the tensor holds NaN or infinite elements, which no range can cover. */
  observe(tensor: Tensor): boolean;
  /** Said after each run of the model, which shows values inside loops once a trip. */
  endRun?(): void;
  /** Undefined when nothing was seen. */
  range(): ValueRange | undefined;
}

/** An algorithm: how it watches a value. */
interface Algorithm {
  readonly observer: () => Observer;
  /** It looks at nothing but the smallest and the largest element. */
  readonly extremesOnly?: boolean;
  /** Samples are run one by one: what it finds depends on which are run together. */
  readonly sampleBySample?: boolean;
}

export const ALGORITHMS: Readonly<Record<CalibrationAlgorithm, Algorithm>> = {
  minmax: { observer: minMaxObserver, extremesOnly: true },
  moving_average: { observer: movingAverageObserver, extremesOnly: true, sampleBySample: true },
  percentile: { observer: () => histogramObserver(PERCENTILE_BINS, (bins) => percentileOf(bins, DEFAULT_PERCENTILE)) },
  kl: { observer: () => histogramObserver(ENTROPY_BINS, leastDivergence) },
  mse: { observer: () => histogramObserver(SQUARED_ERROR_BINS, leastSquaredError) },
};

/** The range from the smallest to the largest element seen. */
export function minMaxObserver(): Observer {
  let range: ValueRange | undefined;
  return {
    observe(tensor) {
      const seen = extremesOf(widened(tensor).data as Float32Array);
      if (seen === undefined) return false;
      if (seen.min <= seen.max) range = { ...joined(range ?? seen, seen), shape: tensor.shape };
      return true;
    },
    range: () => range,
  };
}

/** What the newest run counts for at least. */
const AVERAGING_CONSTANT = 0.01;

/**
 * The average of the smallest and of the largest elements of the runs: plain over the first 100, then moving, each run
 * counting for a hundredth, as torch.ao.quantization's MovingAverageMinMaxObserver counts every run after its first.
 * The trips of a loop are one run: their averages would cut off what only the last ones reach.
 */
export function movingAverageObserver(): Observer {
  let run = minMaxObserver();
  let ended = 0;
  let average: ValueRange | undefined;
  const withRun = (): ValueRange | undefined => {
    const seen = run.range();
    if (seen === undefined || average === undefined) return seen ?? average;
    const weight = Math.max(AVERAGING_CONSTANT, 1 / (ended + 1));
    return { min: average.min + weight * (seen.min - average.min), max: average.max + weight * (seen.max - average.max), shape: seen.shape };
  };
  return {
    observe: (tensor) => run.observe(tensor),
    endRun() {
      if (run.range() === undefined) return;
      average = withRun();
      ended++;
      run = minMaxObserver();
    },
    range: withRun,
  };
}

/** An observer with a histogram of `size` bins, which `choose` picks the range from; never beyond the elements seen. */
export function histogramObserver(size: number, choose: (bins: Bins) => Extremes): Observer {
  const histogram = createHistogram(size);
  let whole: Extremes | undefined;
  let shape: readonly number[] = [];
  return {
    observe(tensor) {
      const values = widened(tensor).data as Float32Array;
      const seen = extremesOf(values);
      if (seen === undefined) return false;
      if (seen.min > seen.max) return true;
      whole = joined(whole ?? seen, seen);
      histogram.add(values, seen);
      shape = tensor.shape;
      return true;
    },
    range() {
      const bins = histogram.bins();
      if (bins === undefined || whole === undefined) return undefined;
      const { min, max } = choose(bins);
      return { min: clamped(min, whole), max: clamped(max, whole), shape };
    },
  };
}

function joined(a: Extremes, b: Extremes): Extremes {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

function clamped(value: number, { min, max }: Extremes): number {
  return Math.max(min, Math.min(max, value));
}
