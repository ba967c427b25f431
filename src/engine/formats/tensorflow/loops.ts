import type { Graph } from '../../graph/graph';
import { readersOf } from '../../graph/readerIndex';

/**
 * Ids of nodes inside TensorFlow 1 while loops (control_flow_ops.cc): an Enter leads one loop deeper, an Exit one loop out,
 * and any other node is as deep as the deepest of its producers. Exits count as inside: a Cast before one would run in
 * the loop.
 */
export function nodesInLoops(graph: Graph): ReadonlySet<string> {
  const enters = [...graph.nodes.values()].filter((node) => isEnter(node.op));
  if (enters.length === 0) return new Set();
  const readers = readersOf(graph, { waiting: true });
  const depths = new Map<string, number>();
  const queue: string[] = [];
  const visit = (id: string, depth: number): void => {
    // No valid loop nests deeper than there are Enters; the limit ends the walk in an invalid one.
    if (depth <= (depths.get(id) ?? 0) || depth > enters.length) return;
    depths.set(id, depth);
    queue.push(id);
  };
  for (const enter of enters) visit(enter.id, 1);
  for (let next = 0; next < queue.length; next++) {
    const depth = depths.get(queue[next]!)!;
    for (const reader of readers.of(queue[next]!)) {
      const { op } = graph.nodes.get(reader)!;
      visit(reader, depth + (isEnter(op) ? 1 : isExit(op) ? -1 : 0));
    }
  }
  const exits = [...graph.nodes.values()].filter((node) => isExit(node.op));
  return new Set([...depths.keys(), ...exits.map((node) => node.id)]);
}

function isEnter(op: string): boolean {
  return op === 'Enter' || op === 'RefEnter';
}

function isExit(op: string): boolean {
  return op === 'Exit' || op === 'RefExit';
}
