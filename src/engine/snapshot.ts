import type { Graph } from './graph/graph';
import type { Plan } from './plan';

export type PhaseName = 'quantize' | 'bf16' | 'optimize';

export const PHASES: readonly PhaseName[] = ['quantize', 'bf16', 'optimize'];

/** One recorded rewrite. Ids in both lists were changed in place; in `before` only, removed; in `after` only, added. */
export interface Change {
  readonly phase: PhaseName;
  /** Name of the rule, unique among the phases' rules. */
  readonly rule: string;
  /** One sentence for the user: what was done here and why. */
  readonly reason: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Set where the rewrite changes results beyond the rounding of the chosen precisions. */
  readonly changesNumerics?: boolean;
}

/** The graph after a phase (or as opened, with no phase). Snapshots are immutable and share untouched nodes. */
export interface Snapshot {
  readonly phase: PhaseName | undefined;
  readonly graph: Graph;
  /** The plan the phases followed; none for the model as opened. */
  readonly plan?: Plan;
  /** Changes of this phase only. */
  readonly changes: readonly Change[];
  readonly seconds: number;
}
