import type { QuantizationPattern } from '../../quantization';
import type { Graph, Node, ValueRef } from '../../graph/graph';
import { isSet } from './attributes';
import { constantBehind, constantFromOutside } from './constants';
import { typeAttribute } from './signature';

/**
 * Ops computed in INT8 between Dequantize and Quantize, and the output-channel axis of their weights.
 * Weights that are no constant make a pattern of two activations where the op multiplies two computed values.
 */
const PATTERNS: Readonly<Record<string, (node: Node, graph: Graph) => QuantizationPattern | undefined>> = {
  Conv2D: (node, graph) => convolution(node, graph, 3),
  DepthwiseConv2dNative: (node, graph) => convolution(node, graph, 2),
  MatMul: (node, graph) => product(node, graph, (rank) => (isSet(node, 'transpose_b') ? rank - 2 : rank - 1)),
  BatchMatMul: (node, graph) => product(node, graph, (rank) => (isSet(node, 'adj_y') ? rank - 2 : rank - 1)),
  BatchMatMulV2: (node, graph) => product(node, graph, (rank) => (isSet(node, 'adj_y') ? rank - 2 : rank - 1)),
  Einsum: (node, graph) => einsum(node, graph),
};

/** How `node` is computed in INT8, or undefined where it is not. Its float types must be FP32. */
export function quantizationPattern(node: Node, graph: Graph): QuantizationPattern | undefined {
  const pattern = PATTERNS[node.op];
  if (pattern === undefined || typeAttribute(node, 'T') !== 'float32') return undefined;
  return pattern(node, graph);
}

function convolution(node: Node, graph: Graph, axis: number): QuantizationPattern | undefined {
  return weightAt(node, graph, 1) === undefined ? undefined : { activations: [0], weight: { input: 1, axis } };
}

function product(node: Node, graph: Graph, axis: (rank: number) => number): QuantizationPattern | undefined {
  if (weightAt(node, graph, 0) !== undefined) return undefined;
  const weight = weightAt(node, graph, 1);
  return weight === undefined ? { activations: [0, 1] } : { activations: [0], weight: { input: 1, axis: axis(weight.length) } };
}

/** Two-operand equations; a constant second operand has the axis of the last label that is its own and kept in the result. */
function einsum(node: Node, graph: Graph): QuantizationPattern | undefined {
  const equation = node.attributes.get('equation');
  if (equation?.kind !== 'string' || node.inputs.length !== 2) return undefined;
  const match = /^([a-zA-Z.]+),([a-zA-Z.]+)->([a-zA-Z.]*)$/.exec(new TextDecoder().decode(equation.value).replace(/\s/g, ''));
  if (match === null) return undefined;
  const [, left, right, result] = match as unknown as [string, string, string, string];
  const weightInput = weightAt(node, graph, 1) !== undefined ? 1 : weightAt(node, graph, 0) !== undefined ? 0 : undefined;
  if (weightInput === undefined) return { activations: [0, 1] };
  const [own, other] = weightInput === 1 ? [right, left] : [left, right];
  const channels = own.includes('.') ? -1 : [...own].findLastIndex((label) => result.includes(label) && !other.includes(label));
  return { activations: [1 - weightInput], weight: { input: weightInput, axis: channels < 0 ? undefined : channels } };
}

/** Shape of the constant an input reads, through nodes that only pass it on, and into a loop. */
function weightAt(node: Node, graph: Graph, input: number): readonly number[] | undefined {
  const value: ValueRef | undefined = node.inputs[input];
  const constant = value === undefined ? undefined : (constantBehind(graph.nodes, value) ?? constantFromOutside(graph.nodes, value)?.constant);
  const tensor = constant?.attributes.get('value');
  return tensor?.kind === 'tensor' && tensor.dtype === 'float32' ? tensor.shape : undefined;
}
