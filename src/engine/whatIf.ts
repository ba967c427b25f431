import type { Ranges } from './calibration/ranges';
import type { TuningConfig } from './config/config';
import type { PlanContext } from './config/plan';
import type { Outcome } from './conversion';
import { type ValueRef, valueKey } from './graph/graph';
import type { Progress } from './host';
import { runPhase } from './phases/runPhase';
import type { KnownRanges } from './rangeFinder';
import { countCasts } from './report/castCounts';
import { countSnapshot } from './report/counts';
import { PHASES, type Snapshot } from './snapshot';

export interface WhatIf {
  /** The opened model, and phases that would make the same again. */
  readonly snapshots: readonly Snapshot[];
  readonly config: TuningConfig;
  readonly context: PlanContext;
  /** Those that the phases among the snapshots found. */
  readonly ranges: Ranges;
  /** The ranges phase 1 would get, as far as they are known. */
  readonly knownRanges: (values: readonly ValueRef[]) => Promise<KnownRanges>;
}

/** Stands in for a range that calibration will find; what it is changes constants, not the graph. */
const ASSUMED = { min: -1, max: 1 };

/** What the phases make of a model, without running it: values whose ranges are not known are taken to have one. Time and memory are those of the phases. */
export async function whatIf({ snapshots, ranges, config, context, knownRanges }: WhatIf, progress: Progress): Promise<Outcome> {
  let assumesRanges = false;
  const rangesOf = async (values: readonly ValueRef[]): Promise<Ranges> => {
    const { ranges: known, unknown } = await knownRanges(values);
    assumesRanges = unknown.length > 0;
    return new Map([...known, ...unknown.map((value) => [valueKey(value), ASSUMED] as const)]);
  };
  const made = [...snapshots];
  for (const phase of PHASES.slice(snapshots.length - 1)) {
    const result = await runPhase(phase, { snapshots: made, config, ranges, context, rangesOf }, progress);
    made.push({ phase, graph: result.graph, plan: result.plan, changes: result.changes, seconds: 0, castProof: result.castProof });
  }
  const { precision } = countSnapshot(made.at(-1)!, made[0]!.graph, context.dialect);
  return { precision, casts: countCasts(made, context.dialect), assumesRanges };
}
