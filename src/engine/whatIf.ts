import type { Ranges } from './calibration/ranges';
import type { TuningConfig } from './config/config';
import type { PlanContext } from './config/plan';
import type { Outcome } from './conversion';
import { type Graph, valueKey } from './graph/graph';
import type { Progress } from './host';
import { runPhase } from './phases/runPhase';
import { countCasts } from './report/castCounts';
import { countSnapshot } from './report/counts';
import { PHASES, type Snapshot } from './snapshot';

export interface WhatIf {
  /** The opened model. */
  readonly graph: Graph;
  readonly config: TuningConfig;
  readonly context: PlanContext;
  /** Those that are known already. */
  readonly ranges: Ranges;
}

/** Stands in for a range that calibration will find; what it is changes constants, not the graph. */
const ASSUMED = { min: -1, max: 1 };

/** What the phases make of a model, without running it: ranges that are not known are taken to be there. Time and memory are those of the phases. */
export async function whatIf({ graph, config, context, ranges }: WhatIf, progress: Progress): Promise<Outcome> {
  let assumesRanges = false;
  const rangesOf: Parameters<typeof runPhase>[1]['rangesOf'] = (values) => {
    const missing = values.map(valueKey).filter((key) => !ranges.has(key));
    assumesRanges ||= missing.length > 0;
    return Promise.resolve(new Map([...ranges, ...missing.map((key) => [key, ASSUMED] as const)]));
  };
  let snapshots: readonly Snapshot[] = [{ phase: undefined, graph, changes: [], seconds: 0 }];
  let known = ranges;
  for (const phase of PHASES) {
    const result = await runPhase(phase, { snapshots, config, ranges: known, context, rangesOf }, progress);
    known = result.ranges;
    snapshots = [...snapshots, { phase, graph: result.graph, plan: result.plan, changes: result.changes, seconds: 0, castProof: result.castProof }];
  }
  const { precision } = countSnapshot(snapshots.at(-1)!, graph, context.dialect);
  return { precision, casts: countCasts(snapshots, context.dialect), assumesRanges };
}
