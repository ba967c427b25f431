import type { SensitivePattern } from '../../../dialect';
import type { Graph, Node } from '../../../graph/graph';
import { domainOf } from '../node';
import { decomposedNormalization } from './normalization';
import { constantExponent } from './operands';
import { decomposedSoftmax } from './softmax';

/** The nodes of a pattern that ends at `node`, found by looking at a few producers; none where none ends there. */
type EndingAt = (node: Node, graph: Graph) => readonly Node[];

const SOFTMAX: ReadonlySet<string> = new Set(['LogSoftmax', 'Softmax']);
const NORMALIZATION: ReadonlySet<string> = new Set([
  'GroupNormalization', 'InstanceNormalization', 'LayerNormalization', 'LpNormalization', 'LRN', 'MeanVarianceNormalization', 'RMSNormalization',
  'ReduceL2', 'ReduceSumSquare',
]);
const LOSSES: ReadonlySet<string> = new Set(['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss']);
const POWERS_AND_LOGARITHMS: ReadonlySet<string> = new Set(['Exp', 'Log', 'Pow', 'ReduceLogSum', 'ReduceLogSumExp']);
/** x³, as in the usual GELU, is off by three times as much as x: no worse than the products it stands for. */
const HARMLESS_EXPONENT = 3;

/** Arithmetic in ONNX graphs that stays FP32; a node that several patterns claim belongs to the first. */
export const sensitivePatterns: readonly SensitivePattern[] = [
  pattern(
    'softmax',
    'Softmax divides exponentials by their sum: with the 8 significant bits of BF16 its probabilities no longer add up to 1.',
    (node, graph) => (SOFTMAX.has(node.op) ? [node] : decomposedSoftmax(node, graph)),
  ),
  pattern(
    'normalization',
    'Normalization divides by the root of a sum of squares: what BF16 rounds off there scales every value after it wrongly.',
    (node, graph) => (NORMALIZATION.has(node.op) ? [node] : decomposedNormalization(node, graph)),
  ),
  pattern(
    'losses',
    'A loss adds up many small errors: with the 8 significant bits of BF16 the smallest of them vanish.',
    (node) => (LOSSES.has(node.op) ? [node] : []),
  ),
  pattern(
    'powers_and_logarithms',
    'Powers, exponentials and logarithms can turn the small error of a value rounded to BF16 into a large one.',
    (node, graph) => (POWERS_AND_LOGARITHMS.has(node.op) && Math.abs(constantExponent(node, graph) ?? Infinity) > HARMLESS_EXPONENT ? [node] : []),
  ),
];

/** Finds the pattern's nodes once per graph, in one pass over its nodes. */
function pattern(name: string, reason: string, endingAt: EndingAt): SensitivePattern {
  const known = new WeakMap<Graph, ReadonlySet<string>>();
  return {
    name,
    reason,
    matches(node, graph) {
      const members = known.get(graph) ?? membersOf(graph, endingAt);
      known.set(graph, members);
      return members.has(node.id);
    },
  };
}

function membersOf(graph: Graph, endingAt: EndingAt): ReadonlySet<string> {
  const members = new Set<string>();
  for (const end of graph.nodes.values()) if (domainOf(end) === '') for (const { id } of endingAt(end, graph)) members.add(id);
  return members;
}
