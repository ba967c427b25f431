import type { NamedChange } from '../conversion';
import { UserError } from '../errors';
import type { Snapshot } from '../snapshot';

/**
 * The changes of the phase that made a snapshot, with nodes by their names in it; one that is gone by its last name, one
 * that the phase both added and removed by its first. Linear.
 */
export function namedChanges(snapshots: readonly Snapshot[], snapshot: number): NamedChange[] {
  const { graph, changes } = snapshots[snapshot]!;
  const last = snapshots[Math.max(0, snapshot - 1)]!.graph;
  const nameOf = (id: string): string => (graph.nodes.get(id) ?? last.nodes.get(id))?.name ?? id;
  return changes.map(({ rule, reason, before, after, changesNumerics = false }) => {
    const [was, is] = [new Set(before), new Set(after)];
    return {
      rule,
      reason,
      added: after.filter((id) => !was.has(id)).map(nameOf),
      removed: before.filter((id) => !is.has(id)).map(nameOf),
      changed: after.filter((id) => was.has(id)).map(nameOf),
      changesNumerics,
    };
  });
}

/** Id of the node with a name, in the newest snapshot that has one. Throws UserError for an unknown name. Linear. */
export function nodeNamed(name: string, snapshots: readonly Snapshot[]): string {
  for (const { graph } of snapshots.toReversed()) {
    if (graph.nodes.get(name)?.name === name) return name;
    for (const node of graph.nodes.values()) if (node.name === name) return node.id;
  }
  throw new UserError('The model has no node of this name, nor had it one before', { node: name });
}
