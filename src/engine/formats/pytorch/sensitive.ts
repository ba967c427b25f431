import { AUTOCAST, baseName } from '../../capabilities/pytorch';
import { HARMLESS_EXPONENT, sensitivePattern } from '../../capabilities/sensitiveArithmetic';
import type { SensitivePattern } from '../../dialect';
import type { Graph, Node } from '../../graph/graph';
import { numberArgument } from './operands';

const LOSSES: ReadonlySet<string> = new Set(AUTOCAST.fp32.filter((op) => /loss|cross_entropy|kl_div/.test(op)).map((op) => op.split('.')[0]!));
const SOFTMAX: ReadonlySet<string> = new Set(['_log_softmax', '_safe_softmax', '_softmax', 'log_softmax', 'logsumexp', 'softmax', 'softmin']);
const NORMALIZATION: ReadonlySet<string> = new Set([
  'group_norm', 'instance_norm', 'layer_norm', 'linalg_norm', 'linalg_vector_norm', 'native_group_norm', 'native_layer_norm', 'norm', 'rms_norm', 'rsqrt',
  'std', 'std_mean', 'var', 'var_mean', 'cosine_similarity',
]);
const POWERS_AND_LOGARITHMS: ReadonlySet<string> = new Set(['exp', 'exp2', 'expm1', 'float_power', 'log', 'log10', 'log1p', 'log2', 'logaddexp', 'pow']);
/** Arithmetic in PyTorch graphs that stays FP32. */
export const sensitivePatterns: readonly SensitivePattern[] = [
  sensitivePattern('softmax', (node) => SOFTMAX.has(nameOf(node))),
  sensitivePattern('normalization', (node, graph) => NORMALIZATION.has(nameOf(node)) || isMeanOfSquares(node, graph)),
  sensitivePattern('losses', (node) => LOSSES.has(nameOf(node))),
  sensitivePattern('powers_and_logarithms', (node) => POWERS_AND_LOGARITHMS.has(nameOf(node)) && !isSmallPower(node)),
];

function nameOf({ op }: Node): string {
  return baseName(op)?.replace(/(?<=[a-z0-9])_$/, '') ?? '';
}

function isSmallPower(node: Node): boolean {
  return node.op === 'aten.pow.Tensor_Scalar' && Math.abs(numberArgument(node, 'exponent', Infinity) ?? Infinity) <= HARMLESS_EXPONENT;
}

/** The mean of a root-mean-square normalisation written out, and what it adds to that mean. */
function isMeanOfSquares(node: Node, graph: Graph): boolean {
  const producer = node.inputs[0] === undefined ? undefined : graph.nodes.get(node.inputs[0].node);
  if (producer === undefined) return false;
  if (node.op === 'aten.mean.dim') return isSquare(producer);
  return node.op.startsWith('aten.add.') && producer.op === 'aten.mean.dim' && isMeanOfSquares(producer, graph);
}

function isSquare(node: Node): boolean {
  if (node.op === 'aten.pow.Tensor_Scalar') return numberArgument(node, 'exponent', 0) === 2;
  const [a, b] = node.inputs;
  return node.op === 'aten.square' || (node.op === 'aten.mul.Tensor' && a !== undefined && a.node === b?.node && a.output === b.output);
}
