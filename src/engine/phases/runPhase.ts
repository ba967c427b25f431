import type { Ranges } from '../calibration/ranges';
import type { TuningConfig } from '../config/config';
import type { PlanContext } from '../config/plan';
import type { ValueRef } from '../graph/graph';
import type { Progress } from '../host';
import type { Plan } from '../plan';
import type { PhaseName, Snapshot } from '../snapshot';
import { convertToBfloat16 } from './bfloat16/convertToBfloat16';
import { optimize } from './optimize/optimize';
import type { PhaseResult } from './phaseResult';
import { quantize } from './quantize/quantize';

export interface PhaseInput {
  /** The opened model and the phases that ran. */
  readonly snapshots: readonly Snapshot[];
  readonly config: TuningConfig;
  readonly ranges: Ranges;
  readonly context: PlanContext;
  readonly rangesOf: (values: readonly ValueRef[]) => Promise<Ranges>;
}

type Phase = (input: PhaseInput, progress: Progress) => Promise<PhaseResult>;

const PHASE_TABLE: Readonly<Record<PhaseName, Phase>> = {
  quantize: ({ snapshots, config, context, rangesOf }, progress) =>
    quantize({ graph: snapshots.at(-1)!.graph, config, context, rangesOf }, progress),
  bf16: async ({ snapshots, ranges, context: { dialect } }, progress) => {
    const plan = planOfPhase1(snapshots);
    return { ...convertToBfloat16(snapshots.at(-1)!.graph, plan, dialect, progress), plan, ranges };
  },
  optimize: async ({ snapshots, config, ranges, context: { dialect } }, progress) => {
    const plan = planOfPhase1(snapshots);
    const request = { graph: snapshots.at(-1)!.graph, unconverted: snapshots.at(-2)!.graph, plan, config, dialect };
    return { ...optimize(request, progress), plan, ranges };
  },
};

function planOfPhase1(snapshots: readonly Snapshot[]): Plan {
  const plan = snapshots.at(-1)!.plan;
  if (plan === undefined) throw new Error('phase 1 has not run');
  return plan;
}

/** Runs one phase on the newest snapshot. Nothing it is given changes. */
export function runPhase(phase: PhaseName, input: PhaseInput, progress: Progress): Promise<PhaseResult> {
  return PHASE_TABLE[phase](input, progress);
}
