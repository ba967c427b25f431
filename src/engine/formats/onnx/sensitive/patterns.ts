import { HARMLESS_EXPONENT, sensitivePattern, sensitivePatternEndingAt } from '../../../capabilities/sensitiveArithmetic';
import type { SensitivePattern } from '../../../dialect';
import type { Graph, Node } from '../../../graph/graph';
import { domainOf, isOp } from '../node';
import { decomposedNormalization } from './normalization';
import { constantExponent } from './operands';
import { decomposedSoftmax } from './softmax';

const SOFTMAX: ReadonlySet<string> = new Set(['LogSoftmax', 'Softmax']);
const NORMALIZATION: ReadonlySet<string> = new Set([
  'GroupNormalization', 'InstanceNormalization', 'LayerNormalization', 'LpNormalization', 'LRN', 'MeanVarianceNormalization', 'RMSNormalization',
  'ReduceL2', 'ReduceSumSquare',
]);
const LOSSES: ReadonlySet<string> = new Set(['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss']);
const POWERS_AND_LOGARITHMS: ReadonlySet<string> = new Set(['Exp', 'Log', 'Pow', 'ReduceLogSum', 'ReduceLogSumExp']);

/** Arithmetic in ONNX graphs that stays FP32. */
export const sensitivePatterns: readonly SensitivePattern[] = [
  sensitivePatternEndingAt('softmax', ofStandardOps((node, graph) => (SOFTMAX.has(node.op) ? [node] : decomposedSoftmax(node, graph)))),
  sensitivePatternEndingAt('normalization', ofStandardOps((node, graph) => (NORMALIZATION.has(node.op) ? [node] : decomposedNormalization(node, graph)))),
  sensitivePattern('losses', (node) => isOp(node, LOSSES)),
  sensitivePattern('powers_and_logarithms', (node, graph) =>
    isOp(node, POWERS_AND_LOGARITHMS) && Math.abs(constantExponent(node, graph) ?? Infinity) > HARMLESS_EXPONENT),
];

/** Of a name that another domain defines, nothing is known. */
function ofStandardOps(endingAt: (node: Node, graph: Graph) => readonly Node[]): (node: Node, graph: Graph) => readonly Node[] {
  return (node, graph) => (domainOf(node) === '' ? endingAt(node, graph) : []);
}
