import type { Path } from './config/problem';
import type { AskedPrecision } from './config/rules';
import type { Precision } from './graph/dataType';

/** A wish that could not be met, or something the user should know; `node` is a name. */
export interface Warning {
  readonly node?: string;
  readonly message: string;
}

/** What decided a node's precision, for "Show Why". */
export interface Reason {
  /** One sentence, addressed to the user. */
  readonly text: string;
  /** The config key that decided, such as `op_type_dict.Conv2D`; absent where the framework's capability or a default did. */
  readonly configKey?: string;
}

/** The config resolved for one node, before any rewrite. */
export interface PlannedNode {
  readonly precision: Precision;
  readonly reason: Reason;
  /** `demanded`: the user or the list of heavy ops asks for it; `free`: is BF16 or FP32, whichever saves Casts. */
  readonly bf16: 'demanded' | 'free' | 'denied';
}

/** Precisions the config asks of ops that can have none of them, for one op type and cause. */
export interface Refusal {
  /** Where the config asks for them. */
  readonly path: Path;
  readonly asked: readonly AskedPrecision[];
  readonly op: string;
  /** Sentences. */
  readonly reason: string;
  /** What the ops are instead. */
  readonly planned: Precision;
  /** Name of the first of them. */
  readonly node: string;
  readonly count: number;
}

export interface Plan {
  readonly nodes: ReadonlyMap<string, PlannedNode>;
  /** What the user should know of the model, beside what the config asks for in vain. */
  readonly warnings: readonly Warning[];
  readonly refusals: readonly Refusal[];
  /** The config names no `bf16_ops`, so the framework's own list holds. */
  readonly usesDefaultList: boolean;
  /** Ids of ops that have one precision between them, such as those that spell out GELU. */
  readonly units: readonly (readonly string[])[];
  /** Modules are converted as wholes, each with Casts of its own at its inputs and outputs, rather than single nodes. */
  readonly byModule: boolean;
}
