import { castTypes, isBetweenFp32AndBf16 } from '../capabilities/castTypes';
import type { Report } from '../conversion';
import type { Dialect } from '../dialect';
import type { Graph } from '../graph/graph';
import type { Snapshot } from '../snapshot';

/**
 * Casts between FP32 and BF16 over all phases: inserted and folded phase by phase, and what remains. Casts the opened
 * model came with count only when they are folded. `lowerBound` is that of the newest snapshot with a proof.
 */
export function countCasts(snapshots: readonly Snapshot[], dialect: Dialect): Report['casts'] {
  const sets = snapshots.map((snapshot) => floatCasts(snapshot.graph, dialect));
  const lowerBound = snapshots.findLast(({ castProof }) => castProof !== undefined)?.castProof?.lowerBound ?? null;
  let inserted = 0;
  let folded = 0;
  for (let i = 1; i < sets.length; i++) {
    inserted += countMissing(sets[i]!, sets[i - 1]!);
    folded += countMissing(sets[i - 1]!, sets[i]!);
  }
  return { inserted, folded, remaining: countMissing(sets.at(-1)!, sets[0]!), lowerBound };
}

/** Ids of the Casts between FP32 and BF16. */
export function floatCasts(graph: Graph, dialect: Dialect): Set<string> {
  const casts = new Set<string>();
  for (const node of graph.nodes.values()) {
    const types = castTypes(node, dialect);
    if (types !== undefined && isBetweenFp32AndBf16(types)) casts.add(node.id);
  }
  return casts;
}

/** How many of `ids` are not in `from`. */
export function countMissing(ids: ReadonlySet<string>, from: ReadonlySet<string>): number {
  let count = 0;
  for (const id of ids) if (!from.has(id)) count++;
  return count;
}
