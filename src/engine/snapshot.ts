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

/** An op whose type is fixed, or a value the caller of the model fetches (by name). */
export type FixedEnd = { readonly node: string } | { readonly output: string };

/** Why a Cast cannot be avoided: values lead from an op that is to be BF16 to one that is to be FP32, or back. */
export interface CastCause {
  readonly bf16: FixedEnd;
  readonly fp32: FixedEnd;
}

/** What is proven about the Casts of a snapshot. */
export interface CastProof {
  /** The fewest Casts between FP32 and BF16 that any choice among the free ops could do with. */
  readonly lowerBound: number;
  /** By id of the Cast node; empty where the placement proves nothing of single Casts. */
  readonly causes: ReadonlyMap<string, CastCause>;
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
  /** Given by the optimize phase. */
  readonly castProof?: CastProof;
}
