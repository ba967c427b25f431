import type { Ranges } from '../calibration/ranges';
import type { TuningConfig } from '../config/config';
import type { PlanContext } from '../config/plan';
import type { Graph, ValueRef } from '../graph/graph';
import type { Progress } from '../host';
import { runPhase } from '../phases/runPhase';
import { PHASES, type Snapshot } from '../snapshot';

/** Finds the ranges of values under a config. */
export type FindRanges = (values: readonly ValueRef[], config: TuningConfig) => Promise<Ranges>;

/** The opened model after all phases. Fails as the phases do. */
export async function convertWith(graph: Graph, config: TuningConfig, context: PlanContext, findRanges: FindRanges, progress: Progress): Promise<Snapshot> {
  const snapshots: Snapshot[] = [{ phase: undefined, graph, changes: [], seconds: 0 }];
  let ranges: Ranges = new Map();
  for (const phase of PHASES) {
    const result = await runPhase(phase, { snapshots, config, ranges, context, rangesOf: (values) => findRanges(values, config) }, progress);
    snapshots.push({ phase, graph: result.graph, plan: result.plan, changes: result.changes, seconds: 0 });
    ranges = result.ranges;
  }
  return snapshots.at(-1)!;
}
