import type { Dialect } from '../dialect';
import type { Graph, Node } from '../graph/graph';
import { topologicalOrder } from '../graph/traversal';
import { handsInt8On } from './quantizedInputs';

/**
 * Ids of the nodes that are INT8 in `graph` as it stands: those on quantized values, ops with an INT8 form whose every FP32
 * input comes from Dequantize, pooling and data movement between Dequantize and Quantize, and the bias addition and
 * activation that such an op alone hands its accumulator to. An FP32 node that `mayBeInt8` denies is none, and ends what it
 * is part of. Linear.
 */
export function int8Nodes(graph: Graph, dialect: Dialect, mayBeInt8: (node: Node) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  if (![...graph.nodes.values()].some((node) => dialect.isQuantized(node))) return found;
  const reads = countReads(graph, () => true);
  const otherReads = countReads(graph, (reader) => reader === undefined || !dialect.isQuantize(reader));
  /** INT8 ops and their epilogues: what an epilogue can follow. */
  const accumulators = new Set<string>();
  for (const id of topologicalOrder(graph, (node) => dialect.closesLoop(node))) {
    const node = graph.nodes.get(id)!;
    if (isNeutral(node, graph, dialect)) continue;
    if (dialect.isQuantized(node)) found.add(id);
    else if (!mayBeInt8(node)) continue;
    else if (isInt8Op(node, graph, dialect) || isEpilogueOfOne(node, graph, dialect, accumulators, reads)) {
      found.add(id);
      accumulators.add(id);
    } else if (handsInt8On(node, graph, dialect) && readsOnlyDequantize(node, graph, dialect) && reads.has(id) && !otherReads.has(id)) found.add(id);
  }
  return found;
}

/** Whether the node has no precision of its own: it feeds, converts or only waits, or is a constant (also one handed on). */
export function isNeutral(node: Node, graph: Graph, dialect: Dialect): boolean {
  return dialect.isInput(node) || dialect.isCast(node) || dialect.isQuantize(node) || dialect.isDequantize(node)
    || dialect.isControlOnly(node) || dialect.constantBehind(graph.nodes, { node: node.id, output: 0 }) !== undefined;
}

function isInt8Op(node: Node, graph: Graph, dialect: Dialect): boolean {
  const hasInt8Form = dialect.quantizationPattern(node, graph) !== undefined || dialect.linearOp(node) !== undefined;
  return hasInt8Form && readsOnlyDequantize(node, graph, dialect);
}

function readsOnlyDequantize(node: Node, graph: Graph, dialect: Dialect): boolean {
  // A bias is added to the accumulator in FP32, whether or not it comes from a Dequantize.
  const bias = dialect.linearOp(node)?.bias;
  const floats = node.inputs.filter((_, input) => input !== bias && dialect.inputType(node, input) === 'float32');
  return floats.length > 0 && floats.every((value) => dialect.isDequantize(graph.nodes.get(value.node)!));
}

/** Whether it is the only reader of an INT8 op's result, and an op that kernels compute on the accumulator. */
function isEpilogueOfOne(
  node: Node, graph: Graph, dialect: Dialect, accumulators: ReadonlySet<string>, reads: ReadonlyMap<string, number>,
): boolean {
  if (!dialect.isEpilogue(node, graph)) return false;
  const added = dialect.epilogueActivations?.(node, graph) ?? [];
  const producer = node.inputs.find((value, input) => !added.includes(input) && accumulators.has(value.node))?.node;
  return producer !== undefined && reads.get(producer) === 1 && added.every((input) => dialect.isDequantize(graph.nodes.get(node.inputs[input]!.node)!));
}

/** How often the values of each node are read by the readers that count: nodes, or the caller of the model (undefined). */
function countReads(graph: Graph, counts: (reader: Node | undefined) => boolean): ReadonlyMap<string, number> {
  const reads = new Map<string, number>();
  const count = (id: string): unknown => reads.set(id, (reads.get(id) ?? 0) + 1);
  for (const node of graph.nodes.values()) if (counts(node)) for (const value of node.inputs) count(value.node);
  if (counts(undefined)) for (const output of graph.outputs) count(output.value.node);
  return reads;
}
