import { baseName } from '../../capabilities/pytorch';
import type { QuantizationPattern } from '../../dialect';
import type { Graph, Node } from '../../graph/graph';
import { constantAt, constantBehind, inputNamed } from './operands';
import { sourceOf } from './source';

/**
 * Ops that become INT8 by themselves: the default of X86InductorQuantizer
 * (torchao/quantization/pt2e/quantizer/x86_inductor_quantizer.py) but for products of two computed values.
 */
const WEIGHTED: ReadonlySet<string> = new Set(['conv1d', 'conv2d', 'linear']);

/** How `node` is computed in INT8, or undefined where it is not. Its weights must be FP32; scales go with the output channels, axis 0. */
export function quantizationPattern(node: Node, graph: Graph): QuantizationPattern | undefined {
  const source = sourceOf(node);
  if (!WEIGHTED.has(baseName(node.op) ?? '') || source.origin?.fixed !== undefined || source.outputTypes[0] !== 'float32') return undefined;
  const [input, weight] = [inputNamed(node, 'input'), inputNamed(node, 'weight')];
  if (input === undefined || weight === undefined || source.inputTypes[input] !== 'float32') return undefined;
  if (constantBehind(graph.nodes, node.inputs[input]!) !== undefined) return undefined;
  return constantAt(node, weight, graph.nodes)?.dtype === 'float32' ? { activations: [input], weight: { input: weight, axis: 0 } } : undefined;
}

/** Inductor runs these on INT8 values, between a Dequantize and a Quantize of one range. */
const PASSES_THROUGH: ReadonlySet<string> = new Set(['adaptive_avg_pool2d', 'avg_pool2d', 'cat', 'flatten', 'max_pool2d']);

export function passesInt8Through(node: Node): boolean {
  return PASSES_THROUGH.has(baseName(node.op) ?? '');
}

const AFTER_CONVOLUTION: ReadonlySet<string> = new Set(['hardswish', 'hardtanh', 'relu', 'relu6', 'silu']);
const AFTER_LINEAR: ReadonlySet<string> = new Set(['gelu', 'leaky_relu', 'relu', 'tanh']);

/** Activation functions that the INT8 kernel before them computes on its accumulator. */
export function isEpilogue(node: Node, graph: Graph): boolean {
  const name = baseName(node.op)?.replace(/_$/, '');
  const producer = name === undefined || node.inputs[0] === undefined ? undefined : graph.nodes.get(node.inputs[0].node);
  const after = baseName(producer?.op ?? '');
  if (after === undefined || !WEIGHTED.has(after)) return false;
  return (after === 'linear' ? AFTER_LINEAR : AFTER_CONVOLUTION).has(name!);
}
