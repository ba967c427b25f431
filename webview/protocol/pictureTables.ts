import type { DisplayModule, PrecisionCounts } from './picture';
import type { PhaseName } from './precision';

// A picture as it crosses to the webview: as typed arrays, of which a graph of 100,000 ops takes a few megabytes.

/** Strings back to back in UTF-8: string i is `bytes` from `start[i]` to `start[i + 1]`. */
export interface StringTable {
  readonly bytes: Uint8Array;
  readonly start: Uint32Array;
}

/** Lists back to back: list i is `items` from `start[i]` to `start[i + 1]`. */
export interface ListTable {
  readonly items: Int32Array;
  readonly start: Uint32Array;
}

/** The nodes of the picture, by index. */
export interface NodeTable {
  readonly count: number;
  readonly names: StringTable;
  /** Ids of nodes whose id is not their name. */
  readonly ids: Readonly<Record<number, string>>;
  /** Op types, and which of them each node is. */
  readonly ops: readonly string[];
  readonly op: Uint32Array;
  /** Scope paths (`encoder/layer_0`; the first is empty), and which of them each node is in. */
  readonly scopes: StringTable;
  readonly scope: Uint32Array;
  /** 0 op, 1 input, 2 output. */
  readonly kind: Uint8Array;
  /** Modules, and which of them each node was traced in, or -1; empty where models are not made of modules. */
  readonly modules: readonly DisplayModule[];
  readonly module: Int32Array;
}

/** The value edges of the picture, by index. */
export interface EdgeTable {
  readonly count: number;
  /** Nodes. */
  readonly source: Int32Array;
  readonly target: Int32Array;
  readonly sourceOutput: Int32Array;
  readonly targetInput: Int32Array;
  /** Elements of the tensor; NaN where its shape is not known. */
  readonly elements: Float64Array;
}

/** Marks of a snapshot; each edge has at most one of a kind. */
export interface MarkTable {
  readonly count: number;
  readonly edge: Int32Array;
  /** 0 Cast, 1 Quantize and Dequantize. */
  readonly kind: Uint8Array;
  /** 1 where it was folded. */
  readonly folded: Uint8Array;
  readonly labels: readonly string[];
  readonly label: Uint32Array;
  /** Ids of its boundary nodes: a list per mark, of indices into `ids`. */
  readonly nodes: ListTable;
  readonly ids: StringTable;
  /** The change of this snapshot's phase that gave it this state; -1 where it is as in the snapshot before. */
  readonly change: Int32Array;
}

/** Changes of a phase in the order they were made. */
export interface ChangeTable {
  readonly count: number;
  readonly rules: readonly string[];
  readonly rule: Uint32Array;
  /** Reasons, and which of them each change has: many ops change for the same one. */
  readonly reasons: StringTable;
  readonly reason: Uint32Array;
  /** 1 where results change beyond the rounding of the chosen precisions. */
  readonly changesNumerics: Uint8Array;
  /** Nodes of the picture each change touched, or, where it touched none, what is around what it touched. */
  readonly nodes: ListTable;
  /** Of each node of the picture: the change after which it looks as in this snapshot; -1 where none touched it. */
  readonly nodeChange: Int32Array;
}

export interface SnapshotTables {
  readonly phase: PhaseName | undefined;
  /** Index into PRECISIONS (tables.ts) of each node; GONE where it is no longer in the graph. */
  readonly precision: Uint8Array;
  /** Types of the nodes' first outputs (`float32`; the first is empty: no output), and which of them each has. */
  readonly dtypes: readonly string[];
  readonly dtype: Uint8Array;
  /** Ops of nodes whose op differs from the opened model, by node index. */
  readonly ops: Readonly<Record<number, string>>;
  readonly marks: MarkTable;
  readonly counts: PrecisionCounts;
  readonly casts: number;
  /** The fewest Casts that any choice of BF16 or FP32 for the free ops needs, where that is proven. */
  readonly lowerBound?: number;
  readonly quantizes: number;
  readonly dequantizes: number;
  readonly changes: ChangeTable;
}

export interface GraphTables {
  readonly model: { readonly name: string; readonly format: string };
  readonly nodes: NodeTable;
  readonly edges: EdgeTable;
  /** The opened model, then one per finished phase. */
  readonly snapshots: readonly SnapshotTables[];
}
