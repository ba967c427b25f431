import type { ActivationGrid, ActivationRule } from '../quantization';
import { roundHalfToEven } from '../graph/roundHalfToEven';

interface Layout {
  readonly rule?: ActivationRule | undefined;
  readonly hasSevenBits?: boolean;
}

/**
 * Unsigned 8-bit asymmetric grid that covers `range` and represents zero: it reaches from -zp·s to (highest-zp)·s with an
 * integer zero point zp and `highest` 255, or 127 with 7 bits (Jacob et al., "Quantization and Training of Neural Networks",
 * 2018, section 2.1).
 */
export function activationGrid(range: { readonly min: number; readonly max: number }, { rule, hasSevenBits = false }: Layout = {}): ActivationGrid {
  const bits = hasSevenBits ? ({ highest: 127 } as const) : {};
  const levels = hasSevenBits ? 127 : 255;
  const rounded = rule?.isSinglePrecision === true ? Math.fround : (value: number) => value;
  const min = rounded(Math.min(0, range.min));
  const max = rounded(Math.max(0, range.max));
  const scale = Math.max(rounded(rounded(max - min) / levels), rule?.smallestScale ?? 0);
  if (scale === 0) return { scale: 1 / levels, zeroPoint: 0, ...bits };
  return { scale, zeroPoint: Math.min(levels, roundHalfToEven(rounded(-min / scale))), ...bits };
}
