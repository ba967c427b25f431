import type { PhaseName, Precision } from './precision';

/** A node of the picture: every op of the opened model; constants, Casts, Quantize and Dequantize are not nodes. */
export interface DisplayNode {
  readonly id: string;
  /** Name in the file. */
  readonly name: string;
  readonly op: string;
  /** Path of name scopes, outermost first. */
  readonly scope: readonly string[];
  readonly kind: 'op' | 'input' | 'output';
  /** The module it was traced in, where models are made of modules. */
  readonly module?: DisplayModule;
}

export interface DisplayModule {
  /** `features/0`. */
  readonly path: string;
  /** Name of its class in full: `torch.nn.modules.conv.Conv2d`. */
  readonly type: string;
}

/** Value edge of the opened model, by index into `nodes`. */
export interface DisplayEdge {
  readonly source: number;
  readonly target: number;
  readonly sourceOutput: number;
  readonly targetInput: number;
  /** Elements of the tensor, where its shape is known. */
  readonly elements?: number;
}

/** What stands on an edge in one snapshot, e.g. a Cast or Quantize and Dequantize; `folded` = removed by this or an earlier phase. */
export interface EdgeMark {
  /** Index into `edges`. */
  readonly edge: number;
  readonly kind: 'cast' | 'quantize';
  readonly state: 'inserted' | 'folded';
  /** Short: `F→B`, `B→F`, `8`, `B→F→B`. */
  readonly label: string;
  /** Ids of the boundary nodes in the graph (of those removed, for a folded mark). */
  readonly nodes: readonly string[];
  /** The change of this snapshot's phase that gave it this state; absent where it is as in the snapshot before. */
  readonly change?: number;
}

/** A rewrite of a phase, as the picture shows it. */
export interface DisplayChange {
  readonly rule: string;
  readonly reason: string;
  /** Nodes of the picture it touched; where it touched none, those around the constants, Casts, Quantize or Dequantize it touched. */
  readonly nodes: readonly number[];
  readonly changesNumerics: boolean;
}

export interface PrecisionCounts {
  readonly fp32: number;
  readonly bf16: number;
  readonly int8: number;
  readonly other: number;
}

export interface SnapshotView {
  readonly phase: PhaseName | undefined;
  /** Precision of each display node; undefined where the node is no longer in the graph. */
  readonly precision: readonly (Precision | undefined)[];
  /** Type of the first output of each display node: `float32`; undefined where there is none. */
  readonly dtypes: readonly (string | undefined)[];
  /** Ops of nodes whose op differs from the opened model, by node index. */
  readonly ops: Readonly<Record<number, string>>;
  readonly marks: readonly EdgeMark[];
  readonly counts: PrecisionCounts;
  readonly casts: number;
  /** The fewest Casts that any choice of BF16 or FP32 for the free ops needs, where that is proven. */
  readonly lowerBound?: number;
  readonly quantizes: number;
  readonly dequantizes: number;
  readonly changes: readonly DisplayChange[];
  /** Of each node: the change after which it looks as in this snapshot, -1 where none did that; absent: the last that touched it. */
  readonly nodeChange?: ArrayLike<number>;
}

export interface GraphView {
  readonly model: { readonly name: string; readonly format: string };
  readonly nodes: readonly DisplayNode[];
  readonly edges: readonly DisplayEdge[];
  /** The opened model, then one per finished phase. */
  readonly snapshots: readonly SnapshotView[];
}
