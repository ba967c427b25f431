import type { TuningConfig } from './config';

type Criterion = TuningConfig['accuracy_criterion'];

/**
 * The worst accuracy that keeps enough of the original's, as Neural Compressor's objective decides: original * (1 - relative),
 * or original - absolute; where lower is better, original * (1 + relative), or original + absolute.
 */
export function worstAccuracy(original: number, criterion: Criterion, higherIsBetter: boolean): number {
  const sign = higherIsBetter ? 1 : -1;
  return 'relative' in criterion ? original * (1 - sign * Math.sign(original) * criterion.relative) : original - sign * criterion.absolute;
}

/** Whether the converted model is not worse than `worstAccuracy`. */
export function isAccurateEnough(accuracy: { readonly original: number; readonly converted: number }, criterion: Criterion, higherIsBetter = true): boolean {
  const { original, converted } = accuracy;
  const sign = higherIsBetter ? 1 : -1;
  return sign * converted >= sign * worstAccuracy(original, criterion, higherIsBetter);
}
