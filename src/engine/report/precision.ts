import { int8Nodes, isNeutral } from '../capabilities/int8Nodes';
import type { Dialect } from '../dialect';
import type { DataType, Precision } from '../graph/dataType';
import type { Graph, Node } from '../graph/graph';
import type { Plan } from '../plan';
import type { Snapshot } from '../snapshot';

const FLOATS: ReadonlySet<DataType> = new Set(['float32', 'bfloat16', 'float16', 'float64']);

const known = new WeakMap<Graph, ReadonlyMap<string, Precision>>();

/**
 * What each node of a snapshot computes in, read off the graph; the plan decides only where an FP32 op could count as INT8
 * but was to be something else. INT8 is as `int8Nodes` says; `other` are constants (also handed on), inputs, Casts,
 * Quantize, Dequantize and everything without FP32 or BF16. Linear; computed once per graph.
 */
export function nodePrecisions({ graph, plan }: Pick<Snapshot, 'graph' | 'plan'>, dialect: Dialect): ReadonlyMap<string, Precision> {
  let precisions = known.get(graph);
  if (precisions === undefined) known.set(graph, (precisions = computePrecisions(graph, plan, dialect)));
  return precisions;
}

function computePrecisions(graph: Graph, plan: Plan | undefined, dialect: Dialect): ReadonlyMap<string, Precision> {
  const int8 = int8Nodes(graph, dialect, ({ id }) => (plan?.nodes.get(id)?.precision ?? 'int8') === 'int8');
  return new Map([...graph.nodes.values()].map((node) => [node.id, int8.has(node.id) ? 'int8' : typePrecision(node, graph, dialect)]));
}

/** By the node's types alone. */
function typePrecision(node: Node, graph: Graph, dialect: Dialect): Precision {
  if (isNeutral(node, graph, dialect)) return 'other';
  const groups = dialect.typeGroups(node);
  const floats = groups.filter((group) => FLOATS.has(group.dtype));
  const producing = floats.filter((group) => group.outputs.length > 0);
  const types = (producing.length > 0 ? producing : floats).map((group) => group.dtype);
  if (types.includes('bfloat16')) return 'bf16';
  const all = types.length > 0 ? types : [...dialect.outputTypes(node), ...node.inputs.map((_, input) => dialect.inputType(node, input))];
  return all.includes('float32') ? 'fp32' : 'other';
}
