import { baseName } from '../../capabilities/pytorch';
import type { QuantizationPattern } from '../../quantization';
import type { Graph, Node, ValueRef } from '../../graph/graph';
import { constantAt, constantBehind, inputNamed, numberArgument } from './operands';
import { readCounts } from './readCounts';
import { sourceOf } from './source';
import { statedShape } from './statedShape';

/** Ops with weights that become INT8 by themselves: the default of X86InductorQuantizer (torchao/quantization/pt2e/quantizer/x86_inductor_quantizer.py). */
const WEIGHTED: ReadonlySet<string> = new Set(['conv1d', 'conv2d', 'linear']);

/** How `node` is computed in INT8, or undefined where it is not. Weights must be FP32; scales go with the output channels, axis 0. */
export function quantizationPattern(node: Node, graph: Graph): QuantizationPattern | undefined {
  if (node.op === 'aten.mul.Tensor') return product(node, graph);
  const source = sourceOf(node);
  if (!WEIGHTED.has(baseName(node.op) ?? '') || source.origin?.fixed !== undefined || source.outputTypes[0] !== 'float32') return undefined;
  const [input, weight] = [inputNamed(node, 'input'), inputNamed(node, 'weight')];
  if (input === undefined || weight === undefined || source.inputTypes[input] !== 'float32') return undefined;
  if (constantBehind(graph.nodes, node.inputs[input]!) !== undefined) return undefined;
  return constantAt(node, weight, graph.nodes)?.dtype === 'float32' ? { activations: [input], weight: { input: weight, axis: 0 } } : undefined;
}

/** Also by default of X86InductorQuantizer: the product of two computed values of one shape, such as the gate of a feed-forward layer. */
function product(node: Node, graph: Graph): QuantizationPattern | undefined {
  const operands = computedOperands(node, graph);
  return operands !== undefined && haveOneShape(operands.map((input) => node.inputs[input]!), graph) ? { activations: operands } : undefined;
}

/** Inputs of an op on two FP32 values that are no constants. */
function computedOperands(node: Node, graph: Graph): readonly [self: number, other: number] | undefined {
  const { inputTypes, origin } = sourceOf(node);
  const operands = [inputNamed(node, 'self'), inputNamed(node, 'other')];
  const areComputed = operands.every((input) =>
    input !== undefined && inputTypes[input] === 'float32' && constantBehind(graph.nodes, node.inputs[input]!) === undefined);
  return areComputed && origin?.fixed === undefined ? (operands as [number, number]) : undefined;
}

function haveOneShape(values: readonly ValueRef[], graph: Graph): boolean {
  const [first, second] = values.map((value) => statedShape(value, graph.nodes));
  return first !== undefined && second !== undefined && first.length === second.length && first.every((size, axis) => size === second[axis]);
}

/** Inductor runs these on INT8 values, between a Dequantize and a Quantize of one range. */
const PASSES_THROUGH: ReadonlySet<string> = new Set(['adaptive_avg_pool2d', 'avg_pool2d', 'cat', 'flatten', 'max_pool2d']);

export function passesInt8Through(node: Node): boolean {
  return PASSES_THROUGH.has(baseName(node.op) ?? '');
}

const AFTER_CONVOLUTION: ReadonlySet<string> = new Set(['hardswish', 'hardtanh', 'relu', 'relu6', 'silu']);
const AFTER_LINEAR: ReadonlySet<string> = new Set(['gelu', 'leaky_relu', 'relu', 'tanh']);

/** Activation functions that the INT8 kernel before them computes on its accumulator, and sums with which a residual block ends. */
export function isEpilogue(node: Node, graph: Graph): boolean {
  const name = withoutUnderscore(node);
  if (name === 'add') return residual(node, graph) !== undefined;
  const producer = name === undefined || node.inputs[0] === undefined ? undefined : graph.nodes.get(node.inputs[0].node);
  const after = producer === undefined ? undefined : withoutUnderscore(producer);
  if (after === 'add') return name === 'relu' && residual(producer!, graph) !== undefined;
  if (after === undefined || !WEIGHTED.has(after)) return false;
  return (after === 'linear' ? AFTER_LINEAR : AFTER_CONVOLUTION).has(name!);
}

/** `relu` of `aten.relu_`, the same op in place. */
function withoutUnderscore({ op }: Node): string | undefined {
  return baseName(op)?.replace(/_$/, '');
}

/**
 * What the kernel of a convolution adds to its accumulator in INT8. What follows a linear op is added in floats, as
 * X86InductorQuantizer leaves it for the sake of accuracy.
 */
export function epilogueActivations(node: Node, graph: Graph): readonly number[] {
  const added = withoutUnderscore(node) === 'add' ? residual(node, graph) : undefined;
  return added === undefined ? [] : [added];
}

/** Of the sum of a convolution's result, read by nothing else, and another computed value of its shape: the input with the latter. */
function residual(node: Node, graph: Graph): number | undefined {
  const operands = computedOperands(node, graph);
  if (operands === undefined || numberArgument(node, 'alpha', 1) !== 1 || !haveOneShape(operands.map((input) => node.inputs[input]!), graph)) return undefined;
  const isConvolved = (input: number): boolean => {
    const producer = node.inputs[input]!.node;
    return baseName(graph.nodes.get(producer)!.op) === 'conv2d' && readCounts(graph).get(producer) === 1;
  };
  const accumulator = operands.find(isConvolved);
  return accumulator === undefined ? undefined : operands.find((input) => input !== accumulator);
}
