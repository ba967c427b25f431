import type { Dialect } from '../dialect';
import type { Rewriter } from './rewriter';

/**
 * Removes those of the nodes that nothing reads and no caller fetches, then what only they read, and so on. Inputs of
 * the model and nodes with side effects stay. Call it inside a rule.
 */
export function removeUnread(rewriter: Rewriter, dialect: Dialect, ids: Iterable<string>): void {
  const candidates = [...ids];
  for (let id = candidates.pop(); id !== undefined; id = candidates.pop()) {
    const node = rewriter.get(id);
    if (node === undefined || rewriter.isRead(id) || rewriter.isOutputNode(id)) continue;
    if (dialect.isInput(node) || dialect.hasSideEffects(node)) continue;
    rewriter.remove(id);
    candidates.push(...node.inputs.map((value) => value.node));
  }
}
