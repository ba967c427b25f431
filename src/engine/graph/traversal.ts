import type { Graph, Node } from './graph';

/**
 * Ids in an order in which every producer comes before its readers; ties keep file order. Back edges of loops
 * (`isBackEdgeSource` says which producers close a loop) are ignored. Iterative Kahn, linear in nodes plus edges.
 */
export function topologicalOrder(graph: Graph, isBackEdgeSource: (node: Node) => boolean): string[] {
  const waiting = new Map<string, number>();
  const readers = new Map<string, string[]>();
  for (const node of graph.nodes.values()) {
    let count = 0;
    for (const producer of producers(node)) {
      const source = graph.nodes.get(producer);
      if (source === undefined || isBackEdgeSource(source)) continue;
      count++;
      const list = readers.get(producer);
      if (list === undefined) readers.set(producer, [node.id]);
      else list.push(node.id);
    }
    waiting.set(node.id, count);
  }
  const order: string[] = [];
  for (const [id, count] of waiting) if (count === 0) order.push(id);
  for (let next = 0; next < order.length; next++) {
    for (const reader of readers.get(order[next]!) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) order.push(reader);
    }
  }
  return order;
}

function* producers(node: Node): Iterable<string> {
  for (const value of node.inputs) yield value.node;
  yield* node.controlInputs;
}
