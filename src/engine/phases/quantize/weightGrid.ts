import type { TuningConfig } from '../../config/config';
import { hasVnni } from '../../config/instructions';
import type { Dialect } from '../../dialect';
import { fusedFormOf } from '../../fusedForm';
import type { WeightGrid } from '../../quantization';

/**
 * The largest number of weights with 7 bits: the sum of two products with numbers up to 255 fits 16 bits, which is what INT8
 * kernels without VNNI instructions add in (oneDNN developer guide, "Nuances of int8 computations").
 */
const SEVEN_BITS = 64;

/** What has 7 bits instead of 8. */
export interface SevenBits {
  readonly weights: boolean;
  readonly activations: boolean;
}

/**
 * Whether a bit is given up, by weights or by activations as the framework has it. Unless the config says, it is where fused
 * INT8 kernels are written and the target is not known to have VNNI, and where the framework makes such kernels itself and the target is known not to.
 */
export function sevenBits(config: TuningConfig, dialect: Dialect): SevenBits {
  const { quantization: { reduce_range: reduceRange }, target_isa: target } = config;
  const inActivations = dialect.activationRule?.reducesRange === true;
  const overflows = fusedFormOf(config, dialect) === undefined ? dialect.fusesQuantize === true && target === 'avx2' : !hasVnni(target);
  const reduced = reduceRange === 'auto' ? overflows : reduceRange;
  return { weights: reduced && !inActivations, activations: reduced && inActivations };
}

/** The grid of weights: the framework's own, or one of 7 bits. */
export function weightGridFor(config: TuningConfig, dialect: Dialect): WeightGrid {
  const { weightGrid } = dialect;
  return sevenBits(config, dialect).weights ? { ...weightGrid, levels: SEVEN_BITS, lowest: -SEVEN_BITS, highest: SEVEN_BITS } : weightGrid;
}
