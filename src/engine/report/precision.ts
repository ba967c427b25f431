import { handsInt8On } from '../capabilities/quantizedInputs';
import type { Dialect } from '../dialect';
import type { DataType, Precision } from '../graph/dataType';
import type { Graph, Node } from '../graph/graph';
import { topologicalOrder } from '../graph/traversal';
import type { Plan } from '../plan';
import type { Snapshot } from '../snapshot';

const FLOATS: ReadonlySet<DataType> = new Set(['float32', 'bfloat16', 'float16', 'float64']);
const QUANTIZED: ReadonlySet<DataType> = new Set(['qint8', 'quint8']);

const known = new WeakMap<Graph, ReadonlyMap<string, Precision>>();

/**
 * What each node of a snapshot computes in, read off the graph; the plan decides only where an op after an INT8 op could
 * be part of it but was to stay FP32. INT8 are ops that read only Dequantize, pooling and data movement
 * among them, and the bias addition and activation that such an op hands its accumulator to. `other` are constants (also
 * handed on), inputs, Casts, Quantize, Dequantize and everything without FP32 or BF16. Linear; computed once per graph.
 */
export function nodePrecisions({ graph, plan }: Pick<Snapshot, 'graph' | 'plan'>, dialect: Dialect): ReadonlyMap<string, Precision> {
  let precisions = known.get(graph);
  if (precisions === undefined) known.set(graph, (precisions = computePrecisions(graph, plan, dialect)));
  return precisions;
}

function computePrecisions(graph: Graph, plan: Plan | undefined, dialect: Dialect): ReadonlyMap<string, Precision> {
  const precisions = new Map<string, Precision>();
  const reads = countReads(graph);
  /** INT8 ops and their epilogues: what an epilogue can follow. */
  const accumulators = new Set<string>();
  for (const id of topologicalOrder(graph, (node) => dialect.closesLoop(node))) {
    const node = graph.nodes.get(id)!;
    const precision = typePrecision(node, graph, dialect);
    if (precision !== 'fp32') precisions.set(id, precision);
    else if (isInt8Op(node, graph, dialect) || (!isKeptFp32(id, plan) && isInt8Epilogue(node, graph, dialect, accumulators, reads))) {
      precisions.set(id, 'int8');
      accumulators.add(id);
    } else precisions.set(id, handsInt8On(node, graph, dialect) && readsOnlyDequantize(node, graph, dialect) ? 'int8' : 'fp32');
  }
  return precisions;
}

function isKeptFp32(id: string, plan: Plan | undefined): boolean {
  return plan?.nodes.get(id)?.precision === 'fp32';
}

/** By the node's types alone. */
function typePrecision(node: Node, graph: Graph, dialect: Dialect): Precision {
  if (isNeutral(node, graph, dialect)) return 'other';
  const groups = dialect.typeGroups(node);
  if (groups.some((group) => QUANTIZED.has(group.dtype))) return 'int8';
  const floats = groups.filter((group) => FLOATS.has(group.dtype));
  const producing = floats.filter((group) => group.outputs.length > 0);
  const types = (producing.length > 0 ? producing : floats).map((group) => group.dtype);
  if (types.includes('bfloat16')) return 'bf16';
  const all = types.length > 0 ? types : [...dialect.outputTypes(node), ...node.inputs.map((_, input) => dialect.inputType(node, input))];
  return all.includes('float32') ? 'fp32' : 'other';
}

function isNeutral(node: Node, graph: Graph, dialect: Dialect): boolean {
  return dialect.isInput(node) || dialect.isCast(node) || dialect.isQuantize(node) || dialect.isDequantize(node)
    || dialect.isControlOnly(node) || dialect.constantBehind(graph.nodes, { node: node.id, output: 0 }) !== undefined;
}

function isInt8Op(node: Node, graph: Graph, dialect: Dialect): boolean {
  const hasInt8Form = dialect.quantizationPattern(node, graph) !== undefined || dialect.linearOp(node) !== undefined;
  return hasInt8Form && readsOnlyDequantize(node, graph, dialect);
}

function readsOnlyDequantize(node: Node, graph: Graph, dialect: Dialect): boolean {
  const floats = node.inputs.filter((_, input) => dialect.inputType(node, input) === 'float32');
  return floats.length > 0 && floats.every((value) => dialect.isDequantize(graph.nodes.get(value.node)!));
}

/** Whether it is the only reader of an INT8 op's result, and an op that kernels compute on the accumulator. */
function isInt8Epilogue(
  node: Node, graph: Graph, dialect: Dialect, accumulators: ReadonlySet<string>, reads: ReadonlyMap<string, number>,
): boolean {
  const producer = node.inputs.find((value) => accumulators.has(value.node))?.node;
  return producer !== undefined && reads.get(producer) === 1 && dialect.isEpilogue(node, graph);
}

/** How often the values of each node are read, by nodes and by the caller of the model. */
function countReads(graph: Graph): ReadonlyMap<string, number> {
  const reads = new Map<string, number>();
  const count = (id: string): unknown => reads.set(id, (reads.get(id) ?? 0) + 1);
  for (const node of graph.nodes.values()) for (const value of node.inputs) count(value.node);
  for (const output of graph.outputs) count(output.value.node);
  return reads;
}
