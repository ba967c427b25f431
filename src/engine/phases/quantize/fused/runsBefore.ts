import type { Graph } from '../../../graph/graph';

/** Nodes that are looked at before the answer is taken to be no: blocks with a shortcut are far smaller. */
const MOST_LOOKED_AT = 1000;

/** Whether all the nodes have run whenever `id` runs: it needs what each of them makes, directly or not. Looks at a bounded number of nodes. */
export function runsBefore(ids: readonly string[], id: string, graph: Graph): boolean {
  const missing = new Set(ids);
  const seen = new Set([id]);
  // Breadth first, so that near nodes come first.
  const queue = [id];
  for (let next = 0; next < queue.length && next < MOST_LOOKED_AT && missing.size > 0; next++) {
    const node = graph.nodes.get(queue[next]!);
    for (const { node: producer } of node?.inputs ?? []) {
      missing.delete(producer);
      if (!seen.has(producer)) {
        seen.add(producer);
        queue.push(producer);
      }
    }
  }
  return missing.size === 0;
}
