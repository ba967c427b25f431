import type { ValueRange } from '../../calibration/ranges';

/** Ends of the range of an 8-bit grid, as MIN_COMBINED Quantize and Dequantize take them. */
export interface GridRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Range of an unsigned 8-bit asymmetric grid that covers `range` and represents zero: min = -zp·s, max = (255-zp)·s with
 * an integer zero point zp (Jacob et al., "Quantization and Training of Neural Networks", 2018, section 2.1).
 */
export function activationGrid(range: ValueRange): GridRange {
  const min = Math.min(0, range.min);
  const max = Math.max(0, range.max);
  const scale = (max - min) / 255;
  if (scale === 0) return { min: 0, max: 1 };
  const zeroPoint = Math.round(-min / scale);
  return { min: Math.fround(-zeroPoint * scale), max: Math.fround((255 - zeroPoint) * scale) };
}

/** The range that covers all of them. */
export function unionRange(ranges: readonly ValueRange[]): ValueRange {
  return { min: Math.min(...ranges.map((range) => range.min)), max: Math.max(...ranges.map((range) => range.max)) };
}
