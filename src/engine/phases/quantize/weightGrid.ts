import type { TuningConfig } from '../../config/config';
import { hasVnni } from '../../config/instructions';
import type { Dialect, WeightGrid } from '../../dialect';

/**
 * The largest number of weights with 7 bits: the sum of two products with numbers up to 255 fits 16 bits, which is what INT8
 * kernels without VNNI instructions add in (oneDNN developer guide, "Nuances of int8 computations").
 */
const SEVEN_BITS = 64;

/**
 * The grid of weights: the framework's own, or one of 7 bits. Unless the config says, it has 7 where INT8 kernels are written
 * that overflow on a CPU without VNNI, and the target is not known to have it.
 */
export function weightGridFor({ quantization, target_isa: target }: TuningConfig, { weightGrid, fusedForm }: Dialect): WeightGrid {
  const { form, reduce_range: reduceRange } = quantization;
  const hasSevenBits = reduceRange === 'auto' ? form === 'fused' && fusedForm !== undefined && !hasVnni(target) : reduceRange;
  return hasSevenBits ? { ...weightGrid, levels: SEVEN_BITS, lowest: -SEVEN_BITS, highest: SEVEN_BITS } : weightGrid;
}
