import type { Bins, Extremes } from './histogram';

/** At least 8 for every step of an 8-bit grid. */
export const ENTROPY_BINS = 4096;
/** Numbers of an 8-bit grid. */
const LEVELS = 256;
/** Limits tried at most. */
const CANDIDATES = 512;

/**
 * The range around zero whose 8-bit grid keeps most of what the distribution of elements tells: of all limits of equal
 * size below and above zero, the one with the least Kullback-Leibler divergence (S. Migacz, "8-bit Inference with
 * TensorRT", GTC 2017), and of equals the widest. From each the divergence is taken away that chance alone makes of so many
 * elements, which is larger the more bins there are. Zeros do not count: they are on every grid, and would hide the rest
 * behind a ReLU.
 */
export function leastDivergence({ counts, first, width, zeros }: Bins): Extremes {
  const nonZero = counts.slice();
  if (zeros > 0) nonZero[-first]! -= zeros;
  /** Bins below and above zero. */
  const [below, above] = [-first, counts.length + first];
  let best: Extremes = { min: first * width, max: above * width };
  let least = Infinity;
  const widest = Math.max(below, above);
  for (let limit = widest; limit > 0; limit -= Math.ceil(widest / CANDIDATES)) {
    const [start, end] = [below - Math.min(below, limit), below + Math.min(above, limit)];
    if (end - start < LEVELS) break;
    const { divergence, byChance } = divergenceOf(nonZero, start, end, LEVELS);
    if (divergence - byChance >= least) continue;
    least = divergence - byChance;
    best = { min: (start - below) * width, max: (end - below) * width };
  }
  return best;
}

/**
 * Kullback-Leibler divergence, in nats, of the distribution that is left once bins [start, end) are merged into `levels`
 * from the one that clipping leaves: elements outside are in the outermost bins of that which hold any. Merging spreads a
 * level's elements evenly over those of its bins that hold any. Infinite where none do, and elements are clipped.
 * `byChance` is what to expect of it where elements are spread evenly within levels: half the degrees of freedom that merging
 * takes, per element (S. S. Wilks, "The Large-Sample Distribution of the Likelihood Ratio", 1938).
 */
export function divergenceOf(counts: Float64Array, start: number, end: number, levels: number): { readonly divergence: number; readonly byChance: number } {
  const size = end - start;
  const [below, above] = [sumOf(counts, 0, start), sumOf(counts, end, counts.length)];
  const inside = sumOf(counts, start, end);
  const total = below + inside + above;
  if (inside === 0) return { divergence: total === 0 ? 0 : Infinity, byChance: 0 };
  const [lowest, highest] = outermost(counts, start, end);
  let divergence = 0;
  let freedom = 0;
  for (let level = 0, from = start; level < levels; level++) {
    const to = start + Math.ceil(((level + 1) * size) / levels);
    let [sum, filled] = [0, 0];
    for (let bin = from; bin < to; bin++) {
      const count = counts[bin]!;
      sum += count;
      if (count > 0) filled++;
    }
    for (let bin = from; bin < to; bin++) {
      const count = counts[bin]!;
      if (count === 0) continue;
      const share = (count + (bin === lowest ? below : 0) + (bin === highest ? above : 0)) / total;
      divergence += share * Math.log((share * inside * filled) / sum);
    }
    freedom += Math.max(0, filled - 1);
    from = to;
  }
  return { divergence, byChance: freedom / (2 * total) };
}

/** The first and the last bin of [start, end) that hold any; one does. */
function outermost(counts: Float64Array, start: number, end: number): readonly [number, number] {
  let [lowest, highest] = [start, end - 1];
  while (counts[lowest] === 0) lowest++;
  while (counts[highest] === 0) highest--;
  return [lowest, highest];
}

function sumOf(counts: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += counts[i]!;
  return sum;
}
