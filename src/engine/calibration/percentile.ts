import type { Bins, Extremes } from './histogram';

/** Percent of the elements that the `percentile` algorithm keeps inside the range: the default of onnxruntime's PercentileCalibrater. */
export const DEFAULT_PERCENTILE = 99.999;
/** At least 16 for every step of an 8-bit grid. */
export const PERCENTILE_BINS = 8192;

/**
 * The range that holds `percentile` percent of the elements: the (100 - percentile) / 2 percent at each end are cut off.
 * Limits are the outer edges of the bins the quantiles fall into.
 */
export function percentileOf({ counts, first, width, total }: Bins, percentile: number): Extremes {
  const cut = Math.round((total * (100 - percentile)) / 200);
  return { min: width * (first + binAt(counts, cut)), max: width * (first + binAt(counts, total - 1 - cut) + 1) };
}

/** The bin that holds the element with this many elements before it. */
function binAt(counts: Float64Array, position: number): number {
  let before = 0;
  let bin = 0;
  while (bin < counts.length - 1 && (before += counts[bin]!) <= position) bin++;
  return bin;
}
