import type { Graph } from '../../graph/graph';

const known = new WeakMap<Graph, ReadonlyMap<string, number>>();

/** How often the values of each node are read, by other nodes and as outputs of the model; a node left out is read by nothing. Linear, once per graph. */
export function readCounts(graph: Graph): ReadonlyMap<string, number> {
  const counted = known.get(graph) ?? count(graph);
  known.set(graph, counted);
  return counted;
}

function count(graph: Graph): ReadonlyMap<string, number> {
  const reads = new Map<string, number>();
  const add = (id: string): unknown => reads.set(id, (reads.get(id) ?? 0) + 1);
  for (const node of graph.nodes.values()) for (const value of node.inputs) add(value.node);
  for (const output of graph.outputs) add(output.value.node);
  return reads;
}
