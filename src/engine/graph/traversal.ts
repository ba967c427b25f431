import type { Graph, Node } from './graph';
import { groupBy } from './groupBy';

/**
 * Ids in an order in which every producer comes before its readers; ties keep file order. Back edges of loops
 * (`isBackEdgeSource` says which producers close a loop) are ignored. Iterative Kahn, linear in nodes plus edges.
 */
export function topologicalOrder(graph: Graph, isBackEdgeSource: (node: Node) => boolean): string[] {
  const nodes = [...graph.nodes.values()];
  const { producers, readers } = numberedEdges(nodes, isBackEdgeSource);
  const waiting = new Int32Array(nodes.length);
  for (const reader of readers) waiting[reader]!++;
  const { starts, sorted } = groupBy(producers, readers, nodes.length);

  const order = new Int32Array(nodes.length);
  let found = 0;
  for (let i = 0; i < nodes.length; i++) if (waiting[i] === 0) order[found++] = i;
  for (let next = 0; next < found; next++) {
    const end = starts[order[next]! + 1]!;
    for (let edge = starts[order[next]!]!; edge < end; edge++) {
      const reader = sorted[edge]!;
      if (--waiting[reader]! === 0) order[found++] = reader;
    }
  }
  return Array.from(order.subarray(0, found), (index) => nodes[index]!.id);
}

/** Producer and reader of each edge as places in `nodes`, by reader; edges from unknown nodes and back edges are left out. */
function numberedEdges(nodes: readonly Node[], isBackEdgeSource: (node: Node) => boolean): { producers: Int32Array; readers: Int32Array } {
  const places = new Map<string, number>();
  let size = 0;
  nodes.forEach((node, place) => {
    if (!isBackEdgeSource(node)) places.set(node.id, place);
    size += node.inputs.length + node.controlInputs.length;
  });
  const producers = new Int32Array(size);
  const readers = new Int32Array(size);
  let count = 0;
  const add = (id: string, reader: number): void => {
    const producer = places.get(id);
    if (producer === undefined) return;
    producers[count] = producer;
    readers[count++] = reader;
  };
  nodes.forEach((node, reader) => {
    for (const value of node.inputs) add(value.node, reader);
    for (const id of node.controlInputs) add(id, reader);
  });
  return { producers: producers.subarray(0, count), readers: readers.subarray(0, count) };
}
