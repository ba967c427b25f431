import type { Graph } from '../../graph/graph';
import type { Rewriter } from '../../graph/rewriter';

/**
 * Puts those of the nodes back that `rewriter` no longer has, as they are in `graph`, with what they read: phase 2 removes
 * constants that it re-encodes, and the nodes that handed them on. Call it inside a rule.
 */
export function restoreRemoved(ids: Iterable<string>, graph: Graph, rewriter: Rewriter): void {
  const needed = [...ids];
  for (let id = needed.pop(); id !== undefined; id = needed.pop()) {
    if (rewriter.get(id) !== undefined) continue;
    const removed = graph.nodes.get(id)!;
    rewriter.add(removed);
    needed.push(...removed.inputs.map((value) => value.node));
  }
}
