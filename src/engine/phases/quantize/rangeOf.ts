import type { ValueRange } from '../../calibration/ranges';

/** The range that covers all of them. */
export function unionRange(ranges: readonly ValueRange[]): ValueRange {
  return { min: Math.min(...ranges.map((range) => range.min)), max: Math.max(...ranges.map((range) => range.max)) };
}
