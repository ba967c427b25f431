/** From numbers to places on an axis. */
export interface Scale {
  /** The values at the two ends. */
  readonly from: number;
  readonly to: number;
  /** 0 … 1; beyond for values beyond the ends. */
  readonly at: (value: number) => number;
  /** Round numbers to name, in ascending order. */
  readonly ticks: readonly number[];
}

/** How much is left free at the ends, as a share of what is between them. */
const MARGIN = 0.06;

/** An axis over all values, with some room at its ends; `count`: how many numbers are named, about. */
export function scaleOver(values: readonly number[], count: number): Scale {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const span = max - min || Math.abs(max) * 0.1 || 1;
  const [from, to] = [min - MARGIN * span, max + MARGIN * span];
  return { from, to, at: (value) => (value - from) / (to - from), ticks: ticksBetween(from, to, count) };
}

/** Multiples of 1, 2 or 5 times a power of ten. */
export function ticksBetween(from: number, to: number, count: number): number[] {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  // Multiples of the step as the decimal numbers they are.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
