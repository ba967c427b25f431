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

export interface Plan {
  readonly nodes: ReadonlyMap<string, PlannedNode>;
  readonly warnings: readonly Warning[];
  /** The config names no `bf16_ops`, so the framework's own list holds. */
  readonly usesDefaultList: boolean;
}
