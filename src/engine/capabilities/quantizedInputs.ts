import type { Dialect } from '../dialect';
import type { Graph, Node } from '../graph/graph';

/**
 * The inputs that `node`, once it is INT8, reads through Quantize and Dequantize: the activations of an op with an INT8
 * form, the FP32 inputs of one that hands INT8 values on, and of one computed on an accumulator what is added to it in INT8.
 */
export function quantizedInputs(node: Node, graph: Graph, dialect: Dialect): readonly number[] {
  const pattern = dialect.quantizationPattern(node, graph);
  if (pattern !== undefined) return pattern.activations;
  if (!handsInt8On(node, graph, dialect)) return dialect.epilogueActivations?.(node, graph) ?? [];
  return node.inputs.map((_, input) => input).filter((input) => dialect.inputType(node, input) === 'float32');
}

/** Whether the op, once INT8, passes its input's values on in their range rather than computing on an accumulator. */
export function handsInt8On(node: Node, graph: Graph, dialect: Dialect): boolean {
  return dialect.passesInt8Through(node) && !dialect.isEpilogue(node, graph);
}
