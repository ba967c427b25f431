import type { TuningConfig } from './config';

/**
 * Whether the converted model keeps enough of the original's accuracy, as Neural Compressor's objective decides: not below
 * original * (1 - relative), or original - absolute; where lower is better, not above original * (1 + relative), or
 * original + absolute.
 */
export function isAccurateEnough(
  accuracy: { readonly original: number; readonly converted: number }, criterion: TuningConfig['accuracy_criterion'], higherIsBetter = true,
): boolean {
  const { original, converted } = accuracy;
  const sign = higherIsBetter ? 1 : -1;
  const target = 'relative' in criterion ? original * (1 - sign * Math.sign(original) * criterion.relative) : original - sign * criterion.absolute;
  return sign * converted >= sign * target;
}
