import { HARMLESS_EXPONENT, sensitivePattern, sensitivePatternEndingAt } from '../../../capabilities/sensitiveArithmetic';
import type { SensitivePattern } from '../../../dialect';
import { lossEndingAt } from './losses';
import { normalizationEndingAt } from './normalization';
import { constantExponent } from './operands';
import { softmaxEndingAt } from './softmax';

const POWERS_AND_LOGARITHMS: ReadonlySet<string> = new Set(['Exp', 'Expm1', 'Log', 'Log1p', 'Pow']);

/** Arithmetic in TensorFlow graphs that stays FP32. */
export const sensitivePatterns: readonly SensitivePattern[] = [
  sensitivePatternEndingAt('softmax', softmaxEndingAt),
  sensitivePatternEndingAt('normalization', normalizationEndingAt),
  sensitivePatternEndingAt('losses', lossEndingAt),
  sensitivePattern('powers_and_logarithms', (node, graph) =>
    POWERS_AND_LOGARITHMS.has(node.op) && Math.abs(constantExponent(node, graph) ?? Infinity) > HARMLESS_EXPONENT),
];
