import type { QuantizationPattern } from '../../quantization';
import type { Graph, Node } from '../../graph/graph';
import { floatOf, intOf } from './attributes';
import { PER_CHANNEL_OPSET, QUANTIZE_OPSET } from './boundaryNodes';
import { constantBehind } from './constants';
import { domainOf, inputAt, isOp, sourceOf, valueAt } from './node';

/**
 * Ops that onnxruntime computes in INT8 between DequantizeLinear and QuantizeLinear, with the output-channel axis of their
 * weights. Weights that are no constant make a pattern of two activations where the op multiplies two computed values.
 */
const PATTERNS: Readonly<Record<string, (node: Node, graph: Graph) => QuantizationPattern | undefined>> = {
  Conv: (node, graph) => withWeight(node, graph, () => 0),
  // Filter [in, out / groups, ...]: with groups, a channel of that axis belongs to several outputs.
  ConvTranspose: (node, graph) => withWeight(node, graph, () => (intOf(node.attributes, 'group', 1) === 1 ? 1 : undefined)),
  MatMul: (node, graph) => product(node, graph, (shape) => (shape.length === 2 ? 1 : undefined)),
  Add: (node, graph) => residual(node, graph),
  GlobalAveragePool: (node, graph) => (isConvolved(node, 0, graph) ? { activations: [0] } : undefined),
  AveragePool: (node, graph) => (isConvolved(node, 0, graph) ? { activations: [0] } : undefined),
  Gemm: (node, graph) => product(node, graph, () => (intOf(node.attributes, 'transB', 0) === 0 ? 1 : 0)),
};

/** How `node` is computed in INT8, or undefined where it is not. Its float types must be FP32. */
export function quantizationPattern(node: Node, graph: Graph): QuantizationPattern | undefined {
  const pattern = Object.hasOwn(PATTERNS, node.op) && domainOf(node) === '' ? PATTERNS[node.op] : undefined;
  if (pattern === undefined || sourceOf(node).inputTypes[0] !== 'float32' || reachOf(node) < QUANTIZE_OPSET) return undefined;
  const found = pattern(node, graph);
  if (found?.weight === undefined || reachOf(node) >= PER_CHANNEL_OPSET) return found;
  return { ...found, weight: { ...found.weight, axis: undefined } };
}

function reachOf(node: Node): number {
  return sourceOf(node).versions?.reach ?? Infinity;
}

/** The sum that ends a residual block: convolutions hand their results to it in INT8 rather than in FP32. */
function residual(node: Node, graph: Graph): QuantizationPattern | undefined {
  const isComputed = node.inputs.length === 2 && node.inputs.every((value) => constantBehind(graph.nodes, value) === undefined);
  return isComputed && (isConvolved(node, 0, graph) || isConvolved(node, 1, graph)) ? { activations: [0, 1] } : undefined;
}

const CONVOLUTIONS: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose']);
/** What stands between a convolution and the sum or average of its results. */
const BETWEEN: ReadonlySet<string> = new Set(['Add', 'BatchNormalization', 'Clip', 'LeakyRelu', 'MaxPool', 'Relu']);
const MOST_STEPS = 6;

/** Whether the value at an input comes from a convolution with constant weights through a few cheap ops. */
function isConvolved(node: Node, input: number, graph: Graph): boolean {
  let value = node.inputs[input];
  for (let step = 0; value !== undefined && step < MOST_STEPS; step++) {
    const producer = graph.nodes.get(value.node)!;
    if (isOp(producer, CONVOLUTIONS)) return weightShape(producer, graph, 1) !== undefined;
    if (!isOp(producer, BETWEEN)) return false;
    value = producer.inputs[0];
  }
  return false;
}

function withWeight(node: Node, graph: Graph, axis: (shape: readonly number[]) => number | undefined): QuantizationPattern | undefined {
  const shape = weightShape(node, graph, 1);
  if (shape === undefined || inputAt(node, 0) === undefined || weightShape(node, graph, 0) !== undefined) return undefined;
  return { activations: [inputAt(node, 0)!], weight: { input: inputAt(node, 1)!, axis: axis(shape) }, ...biasOf(node, graph) };
}

function product(node: Node, graph: Graph, axis: (shape: readonly number[]) => number | undefined): QuantizationPattern | undefined {
  if (inputAt(node, 0) === undefined || inputAt(node, 1) === undefined || weightShape(node, graph, 0) !== undefined) return undefined;
  return withWeight(node, graph, axis) ?? { activations: [inputAt(node, 0)!, inputAt(node, 1)!] };
}

/** A constant with one FP32 number per channel that is added as it is: kernels want it on the grid of their accumulator. */
function biasOf(node: Node, graph: Graph): Pick<QuantizationPattern, 'bias'> {
  const shape = weightShape(node, graph, 2);
  const isPlain = floatOf(node.attributes, 'alpha', 1) === 1 && floatOf(node.attributes, 'beta', 1) === 1;
  return shape?.length === 1 && isPlain ? { bias: inputAt(node, 2)! } : {};
}

/** Shape of the FP32 constant at a slot, through nodes that only pass it on. */
function weightShape(node: Node, graph: Graph, slot: number): readonly number[] | undefined {
  const value = valueAt(node, slot);
  const constant = value === undefined ? undefined : constantBehind(graph.nodes, value);
  const tensor = constant?.attributes.get('value');
  return tensor?.kind === 'tensor' && tensor.dtype === 'float32' ? tensor.shape : undefined;
}
