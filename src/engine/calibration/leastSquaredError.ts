import { activationGrid } from './activationGrid';
import type { Bins, Extremes } from './histogram';

/** At least 16 for every step of an 8-bit grid. */
export const SQUARED_ERROR_BINS = 8192;
/** Limits tried on each side of zero, evenly spread. */
const CANDIDATES = 64;

/** Sums over the elements of bins before one: of 1, x and x², with each element at the middle of its bin. */
interface Moments {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * The range whose 8-bit grid changes the elements least, by the sum of squared differences, rounding and clipping taken
 * together: every pair of 64 limits below zero and 64 above is tried, as torch.ao.quantization's HistogramObserver tries
 * some. A pair takes time linear in the steps of the grid, not in the bins.
 */
export function leastSquaredError(bins: Bins): Extremes {
  const moments = momentsOf(bins);
  const low = bins.first * bins.width;
  const high = (bins.first + bins.counts.length) * bins.width;
  let best: Extremes = { min: low, max: high };
  let least = squaredError(best, bins, moments);
  for (const max of candidates(high)) {
    for (const min of candidates(low)) {
      const error = squaredError({ min, max }, bins, moments);
      if (error >= least) continue;
      least = error;
      best = { min, max };
    }
  }
  return best;
}

/** From the outermost inwards. */
function candidates(limit: number): readonly number[] {
  return limit === 0 ? [0] : Array.from({ length: CANDIDATES }, (_, index) => (limit * (CANDIDATES - index)) / CANDIDATES);
}

function momentsOf({ counts, first, width }: Bins): Moments {
  const [before, sums, squares] = [0, 1, 2].map(() => new Float64Array(counts.length + 1)) as [Float64Array, Float64Array, Float64Array];
  for (let bin = 0; bin < counts.length; bin++) {
    const middle = (first + bin + 0.5) * width;
    before[bin + 1] = before[bin]! + counts[bin]!;
    sums[bin + 1] = sums[bin]! + counts[bin]! * middle;
    squares[bin + 1] = squares[bin]! + counts[bin]! * middle * middle;
  }
  return { counts: before, sums, squares };
}

/** Sum of squared differences between elements and the nearest numbers of the range's grid. */
function squaredError(range: Extremes, { counts: { length }, first, width }: Bins, { counts, sums, squares }: Moments): number {
  const { scale, zeroPoint } = activationGrid(range);
  let error = 0;
  for (let level = 0, start = 0; level <= 255 && start < length; level++) {
    const value = (level - zeroPoint) * scale;
    // The first bin whose middle is nearer to the next level.
    const border = Math.ceil((value + scale / 2) / width - 0.5) - first;
    const end = level === 255 ? length : Math.max(start, Math.min(length, border));
    error += squares[end]! - squares[start]! - 2 * value * (sums[end]! - sums[start]!) + value * value * (counts[end]! - counts[start]!);
    start = end;
  }
  return error;
}
