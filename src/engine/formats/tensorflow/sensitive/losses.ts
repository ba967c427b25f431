import type { Graph, Node } from '../../../graph/graph';
import { operand, operands } from './operands';
import { sumOfSquares } from './sumOfSquares';

const LOSS_OPS: ReadonlySet<string> = new Set([
  'CTCLoss', 'CTCLossV2', 'L2Loss', 'SoftmaxCrossEntropyWithLogits', 'SparseSoftmaxCrossEntropyWithLogits',
]);

/** A loss as one op, or the ops that end at `node` in one spelled out: squared errors, sigmoid cross entropy. */
export function lossEndingAt(node: Node, graph: Graph): readonly Node[] {
  if (LOSS_OPS.has(node.op)) return [node];
  const summed = sumOfSquares(node, graph);
  if (summed?.difference !== undefined && summed.mean === undefined) return [node, summed.square, summed.difference];
  return sigmoidCrossEntropy(node, graph);
}

/** max(x, 0) - x·z + log1p(exp(-|x|)), as tf.nn.sigmoid_cross_entropy_with_logits writes it. */
function sigmoidCrossEntropy(node: Node, graph: Graph): readonly Node[] {
  if (node.op !== 'Add' && node.op !== 'AddV2') return [];
  const terms = operands(node, graph);
  const logarithm = terms.find((term) => term.op === 'Log1p');
  const difference = terms.find((term) => term.op === 'Sub');
  const exponential = logarithm === undefined ? undefined : operand(logarithm, 0, graph);
  if (logarithm === undefined || difference === undefined || exponential?.op !== 'Exp') return [];
  return [node, logarithm, exponential, difference, ...operands(difference, graph).filter((term) => term.op === 'Mul')];
}
