import type { Graph } from '../../graph/graph';

/**
 * Ids of nodes inside TensorFlow 1 while loops: everything an Enter leads to before an Exit (control_flow_ops.cc).
 * Exits themselves run in the outer frame.
 */
export function nodesInLoops(graph: Graph): ReadonlySet<string> {
  const inside = new Set<string>();
  const queue: string[] = [];
  for (const node of graph.nodes.values()) {
    if (isEnter(node.op)) {
      inside.add(node.id);
      queue.push(node.id);
    }
  }
  if (queue.length === 0) return inside;
  const readers = readersOf(graph);
  for (let next = 0; next < queue.length; next++) {
    for (const reader of readers.get(queue[next]!) ?? []) {
      if (inside.has(reader) || isExit(graph.nodes.get(reader)!.op)) continue;
      inside.add(reader);
      queue.push(reader);
    }
  }
  return inside;
}

function isEnter(op: string): boolean {
  return op === 'Enter' || op === 'RefEnter';
}

function isExit(op: string): boolean {
  return op === 'Exit' || op === 'RefExit';
}

function readersOf(graph: Graph): Map<string, string[]> {
  const readers = new Map<string, string[]>();
  for (const node of graph.nodes.values()) {
    for (const producer of [...node.inputs.map((value) => value.node), ...node.controlInputs]) {
      const list = readers.get(producer);
      if (list === undefined) readers.set(producer, [node.id]);
      else list.push(node.id);
    }
  }
  return readers;
}
