import type { TuningConfig } from './config/config';
import type { ConfigSource } from './conversion';
import { isSameJson } from './data/isSameJson';
import { isOpenToFusion } from './phases/quantize/fused/planFused';
import type { Plan, PlannedNode } from './plan';
import type { Change, PhaseName, Snapshot } from './snapshot';
import { PHASES } from './snapshot';

/** What the phases of a model go by. */
export interface Basis {
  readonly config: TuningConfig;
  readonly source: ConfigSource;
  /** How phase 1 folds batch normalisation. */
  readonly folds: readonly Change[];
  /** The plan of what is left then, before calibration has its say. */
  readonly planned: Plan;
}

/** A basis, and the plan that phases 2 and 3 follow. */
interface Followed extends Basis {
  readonly plan: Plan;
}

/**
 * Whether a phase makes the same of two bases when the snapshot before it is the same: compares all that the phase reads.
 * Data and ranges files are taken to hold what they held when phase 1 ran.
 */
const MAKES_SAME: Readonly<Record<PhaseName, (a: Followed, b: Followed) => boolean>> = {
  quantize: (a, b) =>
    isSameJson(phase1Settings(a), phase1Settings(b)) && isSameJson(a.folds, b.folds)
    && everyNode(a.planned, b.planned, (one, other) => (one.precision === 'int8') === (other.precision === 'int8') && (!isFused(b) || isOpenToFusion(one) === isOpenToFusion(other))),
  // The reasons of its changes are the plan's.
  bf16: (a, b) =>
    everyNode(a.plan, b.plan, (one, other) =>
      (one.precision === 'bf16') === (other.precision === 'bf16') && (one.precision !== 'bf16' || isSameJson(one.reason, other.reason))),
  // Of precisions and reasons it reads those that phases 1 and 2 read.
  optimize: (a, b) => isSameJson(phase3Settings(a), phase3Settings(b)) && everyNode(a.plan, b.plan, (one, other) => one.bf16 === other.bf16),
};

/**
 * The leading snapshots that phases would make under `after` just as they are, with its plan: `planAfter` gives the one that
 * phases 2 and 3 follow, and is asked only where phase 1 need not run again. The opened model always stays. Linear.
 */
export function keepValid(snapshots: readonly Snapshot[], before: Basis | undefined, after: Basis, planAfter: () => Plan): readonly Snapshot[] {
  const [opened, ...made] = snapshots;
  const planBefore = made[0]?.plan;
  if (before === undefined || planBefore === undefined) return [opened!];
  let plan: Plan | undefined;
  const kept = [opened!];
  for (const [index, snapshot] of made.entries()) {
    const followed = { ...before, plan: planBefore };
    // Phase 1 makes the plan, so the comparison for it does not read one.
    if (!MAKES_SAME[PHASES[index]!](followed, { ...after, plan: plan ?? planBefore })) break;
    plan ??= planAfter();
    kept.push({ ...snapshot, plan });
  }
  return kept;
}

function isFused({ config }: Pick<Basis, 'config'>): boolean {
  return config.quantization.form === 'fused';
}

function phase1Settings({ config, source }: Basis): unknown {
  return [config.inputs, config.outputs, config.calibration, config.quantization, isFused({ config }) ? config.target_isa : undefined, source.path, source.calibration];
}

function phase3Settings({ config, plan }: Followed): unknown {
  return [config.cast_placement, config.cast_cost, config.bf16_reward, plan.usesDefaultList];
}

/** Whether two plans are for the same nodes and `isSame` holds for each. */
function everyNode(a: Plan, b: Plan, isAlike: (a: PlannedNode, b: PlannedNode) => boolean): boolean {
  if (a.nodes.size !== b.nodes.size) return false;
  for (const [id, planned] of a.nodes) {
    const other = b.nodes.get(id);
    if (other === undefined || !isAlike(planned, other)) return false;
  }
  return true;
}
