import type { Graph } from '../../graph/graph';
import { readersOf } from '../../graph/readerIndex';

/** Ids of nodes inside TensorFlow 1 while loops. Exits count as inside: a Cast before one would run in the loop. */
export function nodesInLoops(graph: Graph): ReadonlySet<string> {
  const depths = loopDepths(graph);
  return depths.size === 0 ? new Set() : new Set([...depths.keys(), ...[...graph.nodes.values()].filter((node) => isExit(node.op)).map((node) => node.id)]);
}

/**
 * How many while loops each node is in, by id, of the nodes that are in any (control_flow_ops.cc): an Enter leads one loop deeper,
 * an Exit one loop out, and any other node is as deep as the deepest of its producers. Linear.
 */
function loopDepths(graph: Graph): ReadonlyMap<string, number> {
  const enters = [...graph.nodes.values()].filter((node) => isEnter(node.op));
  if (enters.length === 0) return new Map();
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
  return depths;
}

/** For each node that a result of a loop is computed from inside of that loop, the Exit of that result, by id; of nested loops the outermost one's, which is its own. Linear. */
export function exitsOfLoops(graph: Graph): ReadonlyMap<string, string> {
  const depths = loopDepths(graph);
  const found = new Map<string, string>();
  for (const exit of graph.nodes.values()) {
    if (!isExit(exit.op) || depths.has(exit.id)) continue;
    found.set(exit.id, exit.id);
    const stack = exit.inputs.map((value) => value.node);
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (!depths.has(id) || found.has(id)) continue;
      found.set(id, exit.id);
      stack.push(...graph.nodes.get(id)!.inputs.map((value) => value.node));
    }
  }
  return found;
}

function isEnter(op: string): boolean {
  return op === 'Enter' || op === 'RefEnter';
}

function isExit(op: string): boolean {
  return op === 'Exit' || op === 'RefExit';
}
