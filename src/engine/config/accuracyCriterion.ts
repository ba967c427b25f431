import type { TuningConfig } from './config';

/**
 * Whether the converted model keeps enough of the original's accuracy (higher is better), as Neural Compressor's objective
 * decides: not below original * (1 - relative), or original - absolute.
 */
export function isAccurateEnough(accuracy: { readonly original: number; readonly converted: number }, criterion: TuningConfig['accuracy_criterion']): boolean {
  const { original, converted } = accuracy;
  return converted >= ('relative' in criterion ? original * (1 - criterion.relative) : original - criterion.absolute);
}
