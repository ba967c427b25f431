import type { Tensor } from '../graph/tensor';
import { widened } from '../runtime/halfPrecision';
import type { ValueRange } from './ranges';

/** Collects what calibration needs of one value, batch by batch; keeps no tensor. */
export interface Observer {
  /** Returns false when the tensor holds NaN or infinite elements, which no range can cover. */
  observe(tensor: Tensor): boolean;
  /** Undefined when nothing was seen. */
  range(): ValueRange | undefined;
}

export type CalibrationAlgorithm = 'minmax' | 'percentile';

interface Extremes {
  min: number;
  max: number;
}

/** Smallest and largest element, or undefined when one is NaN or infinite. An empty tensor gives min > max. */
function extremes(values: Float32Array): Extremes | undefined {
  let min = Infinity;
  let max = -Infinity;
  // A sum is NaN as soon as one element is NaN, which comparisons would overlook.
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  if (sum !== sum || min === -Infinity || max === Infinity) return undefined;
  return { min, max };
}

/** The range from the smallest to the largest element seen. */
export function minMaxObserver(): Observer {
  let range: ValueRange | undefined;
  return {
    observe(tensor) {
      const seen = extremes(widened(tensor).data as Float32Array);
      if (seen === undefined) return false;
      if (seen.min <= seen.max) {
        range = { min: Math.min(seen.min, range?.min ?? Infinity), max: Math.max(seen.max, range?.max ?? -Infinity), shape: tensor.shape };
      }
      return true;
    },
    range: () => range,
  };
}

const BINS = 8192;

/**
 * The range that holds `percentile` percent of the elements seen: the (100 - percentile) / 2 percent at each end are cut
 * off. Elements are counted in 8192 bins of equal width; when a batch leaves the histogram, its bins are merged in pairs
 * until it fits, so that memory stays fixed. Limits are the outer edges of the bins the quantiles fall into, never beyond
 * the elements seen.
 */
export function percentileObserver(percentile: number): Observer {
  let counts = new Float64Array(BINS);
  let low = 0;
  let width = 0;
  let total = 0;
  let whole: Extremes | undefined;
  let shape: readonly number[] = [];

  const start = (seen: Extremes): void => {
    low = seen.min;
    width = Math.max((seen.max - seen.min) / (BINS - 1), Math.abs(seen.max) * 2 ** -24, 2 ** -40);
  };
  /** Merges bins in pairs towards one end, which doubles what the histogram covers at the other. */
  const widen = (downwards: boolean): void => {
    const merged = new Float64Array(BINS);
    const shift = downwards ? BINS / 2 : 0;
    for (let bin = 0; bin < BINS; bin++) merged[shift + (bin >> 1)]! += counts[bin]!;
    if (downwards) low -= width * BINS;
    width *= 2;
    counts = merged;
  };
  /** The bin that holds the element with this many elements before it. */
  const binAt = (position: number): number => {
    let before = 0;
    let bin = 0;
    while (bin < BINS - 1 && (before += counts[bin]!) <= position) bin++;
    return bin;
  };

  return {
    observe(tensor) {
      const values = widened(tensor).data as Float32Array;
      const seen = extremes(values);
      if (seen === undefined) return false;
      if (seen.min > seen.max) return true;
      if (whole === undefined) start(seen);
      whole = { min: Math.min(seen.min, whole?.min ?? Infinity), max: Math.max(seen.max, whole?.max ?? -Infinity) };
      while (seen.min < low) widen(true);
      while (seen.max >= low + width * BINS) widen(false);
      for (let i = 0; i < values.length; i++) counts[Math.max(0, Math.min(BINS - 1, Math.floor((values[i]! - low) / width)))]!++;
      total += values.length;
      shape = tensor.shape;
      return true;
    },
    range() {
      if (whole === undefined) return undefined;
      const cut = Math.round((total * (100 - percentile)) / 200);
      return {
        min: Math.max(whole.min, low + width * binAt(cut)),
        max: Math.min(whole.max, low + width * (binAt(total - 1 - cut) + 1)),
        shape,
      };
    },
  };
}

/** Percent of the elements that the `percentile` algorithm keeps inside the range. */
export const DEFAULT_PERCENTILE = 99.99;

export function observerOf(algorithm: CalibrationAlgorithm): Observer {
  return algorithm === 'minmax' ? minMaxObserver() : percentileObserver(DEFAULT_PERCENTILE);
}
