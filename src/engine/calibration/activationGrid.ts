import type { ActivationGrid } from '../dialect';

/**
 * Unsigned 8-bit asymmetric grid that covers `range` and represents zero: it reaches from -zp·s to (255-zp)·s with an
 * integer zero point zp (Jacob et al., "Quantization and Training of Neural Networks", 2018, section 2.1).
 */
export function activationGrid(range: { readonly min: number; readonly max: number }): ActivationGrid {
  const min = Math.min(0, range.min);
  const max = Math.max(0, range.max);
  const scale = (max - min) / 255;
  if (scale === 0) return { scale: 1 / 255, zeroPoint: 0 };
  return { scale, zeroPoint: Math.round(-min / scale) };
}
