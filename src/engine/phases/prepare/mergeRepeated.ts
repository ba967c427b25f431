import type { Dialect } from '../../dialect';
import type { Node } from '../../graph/graph';
import type { Rewriter, Rule } from '../../graph/rewriter';
import { topologicalOrder } from '../../graph/traversal';
import { canReplace } from './canReplace';
import { repeatedKey } from './repeatedKey';

export const MERGE_REPEATED: Rule = {
  name: 'merge-repeated',
  description: 'Computes once what several ops compute from the same values in the same way.',
};

/**
 * Merges ops of one kind that read the same outputs of the same nodes, wait for the same nodes and have equal attributes.
 * Never those the dialect knows to give other values each time, to change something, or to steer. An op that a caller fetches
 * keeps its place; two of them stay two. Returns by the id of each node that is gone the id of the one in its place. Linear.
 */
export function mergeRepeated(rewriter: Rewriter, dialect: Dialect): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  const merged = new Map<string, string>();
  for (const id of topologicalOrder(rewriter.finish(), (node) => dialect.closesLoop(node))) {
    const key = keyOf(rewriter.node(id), rewriter, dialect);
    if (key === undefined) continue;
    const other = known.get(key);
    if (other === undefined) known.set(key, id);
    else if (canGo(id)) merge(id, other);
    else if (canGo(other)) {
      known.set(key, id);
      merge(other, id);
    }
  }
  return merged;

  function canGo(id: string): boolean {
    return !rewriter.isOutputNode(id) && canReplace(rewriter, dialect, id, dialect.outputTypes(rewriter.node(id)).length);
  }

  function merge(gone: string, kept: string): void {
    const [node, other] = [rewriter.node(gone), rewriter.node(kept)];
    rewriter.apply(MERGE_REPEATED, `"${node.name}" is gone: "${other.name}" computes the same from the same values.`, () => {
      for (const [output] of dialect.outputTypes(node).entries()) rewriter.redirect(rewriter.uses(gone, output), { node: kept, output });
      rewriter.redirectControl(gone, kept);
      rewriter.remove(gone);
    });
    merged.set(gone, kept);
  }
}

/** What only constants go into is computed once when constants are folded. */
function keyOf(node: Node, rewriter: Rewriter, dialect: Dialect): string | undefined {
  return node.inputs.every((value) => dialect.constantBehind(rewriter, value) !== undefined) ? undefined : repeatedKey(node, rewriter, dialect);
}
