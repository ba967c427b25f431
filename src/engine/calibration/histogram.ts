/** Smallest and largest element. */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** Smallest and largest element, or undefined when one is NaN or infinite. An empty array gives min > max. */
export function extremesOf(values: Float32Array): Extremes | undefined {
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

/** Counts of elements by size. Bin i holds the elements from (first + i)·width up to the next bin, so that zero is an edge of bins. */
export interface Bins {
  readonly counts: Float64Array;
  readonly first: number;
  readonly width: number;
  /** Exact zeros among the counts, all in the bin that begins at zero. */
  readonly zeros: number;
  readonly total: number;
}

/** A histogram of fixed memory that any number of batches go into. */
export interface Histogram {
  /** Adds finite elements, `extremes` of which are given. */
  add(values: Float32Array, extremes: Extremes): void;
  /** Undefined before the first element. Valid until the next `add`. */
  bins(): Bins | undefined;
}

/**
 * A histogram of `size` bins over zero and all values seen. The width of bins is a power of two, the smallest whose bins
 * are enough: when values leave it, bins are merged in pairs and lose nothing, so that the result does not depend on how
 * elements were split into batches. More than half of the bins are in use once values differ.
 */
export function createHistogram(size: number): Histogram {
  let counts = new Float64Array(size);
  let [first, last, width, zeros, total] = [0, 0, 0, 0, 0];

  /** Makes the bins cover [min, max]. */
  const cover = (min: number, max: number): void => {
    const span = Math.max(max, 0) - Math.min(min, 0);
    if (width === 0) width = span > 0 ? 2 ** Math.floor(Math.log2(span / size)) : SMALLEST_WIDTH;
    let [low, high, merged] = [first, last, 1];
    const fits = (): boolean => {
      low = Math.min(Math.floor(first / merged), Math.floor(min / (width * merged)));
      high = Math.max(Math.floor(last / merged), Math.floor(max / (width * merged)));
      return high - low < size;
    };
    while (!fits()) merged *= 2;
    if (merged === 1 && low === first) {
      last = high;
      return;
    }
    const moved = new Float64Array(size);
    for (let bin = first; bin <= last; bin++) moved[Math.floor(bin / merged) - low]! += counts[bin - first]!;
    [counts, first, last, width] = [moved, low, high, width * merged];
  };

  return {
    add(values, { min, max }) {
      if (values.length === 0) return;
      cover(min, max);
      const perUnit = 1 / width;
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (value === 0) zeros++;
        counts[Math.floor(value * perUnit) - first]!++;
      }
      total += values.length;
    },
    bins: () => (total === 0 ? undefined : { counts: counts.subarray(0, last - first + 1), first, width, zeros, total }),
  };
}

/** Of a histogram of zeros alone: grows with the first value that is none. Its inverse is finite. */
const SMALLEST_WIDTH = 2 ** -1000;
