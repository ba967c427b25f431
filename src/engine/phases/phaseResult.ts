import type { Ranges } from '../calibration/ranges';
import type { Graph } from '../graph/graph';
import type { Plan } from '../plan';
import type { CastProof, Change } from '../snapshot';

/** What a phase makes, and the plan and ranges that the phases after it go by. */
export interface PhaseResult {
  readonly graph: Graph;
  readonly changes: readonly Change[];
  readonly plan: Plan;
  readonly ranges: Ranges;
  readonly castProof?: CastProof;
}
