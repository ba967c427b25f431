import { DEFAULT_CONFIG, type TuningConfig } from '../../src/engine/config/config';
import { resolvePlan } from '../../src/engine/config/plan';
import { tensorflowDialect as dialect } from '../../src/engine/formats/tensorflow/dialect';
import { type Graph, type ValueRef, valueKey } from '../../src/engine/graph/graph';
import { NO_PROGRESS } from '../../src/engine/host';
import type { PhaseResult } from '../../src/engine/phases/phaseResult';
import { runPhase } from '../../src/engine/phases/runPhase';
import { PHASES, type Snapshot } from '../../src/engine/snapshot';

export interface Run {
  readonly snapshots: readonly Snapshot[];
  readonly plan: PhaseResult['plan'];
  readonly ranges: PhaseResult['ranges'];
}

/** The snapshots of all phases. With `range` every value was calibrated to it; without, nothing can be INT8. */
export async function runAllPhases(graph: Graph, config: Partial<TuningConfig>, range?: { readonly min: number; readonly max: number }): Promise<Run> {
  const full = { ...DEFAULT_CONFIG, ...config };
  const context = { dialect, canCalibrate: range !== undefined };
  const rangesOf = async (values: readonly ValueRef[]) => new Map(values.map((value) => [valueKey(value), range!]));
  let run: Run = {
    snapshots: [{ phase: undefined, graph, changes: [], seconds: 0 }],
    plan: resolvePlan(graph, full, context),
    ranges: new Map(),
  };
  for (const phase of PHASES) {
    const { snapshots } = run;
    const result = await runPhase(phase, { ...run, config: full, context, rangesOf }, NO_PROGRESS);
    run = { ...result, snapshots: [...snapshots, { phase, graph: result.graph, plan: result.plan, changes: result.changes, seconds: 0, castProof: result.castProof }] };
  }
  return run;
}
