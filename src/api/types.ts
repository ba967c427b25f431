/** A precision ops compute in. `other`: of none, such as integers, strings, constants, inputs, Casts, Quantize and Dequantize. */
export type Precision = 'fp32' | 'bf16' | 'int8' | 'other';

/** Number of nodes by precision. */
export type PrecisionCounts = Readonly<Record<Precision, number>>;

/** `quantize`: FP32 + INT8. `bf16`: + BF16. `optimize`: the Casts placed where they cost least. In this order. */
export type PhaseName = 'quantize' | 'bf16' | 'optimize';

/** What was opened. */
export interface Model {
  /** Such as `TensorFlow GraphDef`. */
  readonly format: string;
  /** Number of nodes in the file. */
  readonly nodes: number;
  /** Names of the values a caller feeds. */
  readonly inputs: readonly string[];
  /** Names of the values a caller fetches; conversion changes neither these names nor their types. */
  readonly outputs: readonly string[];
  /** Names of the signatures a SavedModel has; absent for other formats. */
  readonly signatures?: readonly string[];
}

/** The model after a phase, in numbers. Casts, Quantize and Dequantize that the model came with are not counted. */
export interface Snapshot {
  readonly phase: PhaseName;
  readonly seconds: number;
  readonly precision: PrecisionCounts;
  /** Casts between FP32 and BF16. */
  readonly casts: number;
  readonly quantizes: number;
  readonly dequantizes: number;
  /** How many rewrites the phase made; `Quantization.changes` has them. */
  readonly changes: number;
}

/** One rewrite of a phase. Nodes are named as in the model after the phase, those that are gone as they last were. */
export interface Change {
  /** Name of the rule that rewrote. */
  readonly rule: string;
  /** What was done and why, in a sentence. */
  readonly reason: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Changed in place. */
  readonly changed: readonly string[];
  /** Whether results change beyond the rounding of the chosen precisions. */
  readonly changesNumerics: boolean;
}

/** Casts between FP32 and BF16 over all phases. */
export interface CastCounts {
  readonly inserted: number;
  readonly folded: number;
  readonly remaining: number;
  /** The fewest that any choice of BF16 or FP32 for the free ops needs; null before the phase `optimize`. */
  readonly lowerBound: number | null;
}

/** Something to know: a wish that could not be met, a key without effect. */
export interface Warning {
  /** Name of the node it is about, where it is about one. */
  readonly node?: string;
  readonly message: string;
}

/** What the config makes of the ops of one type. */
export interface OpType {
  readonly op: string;
  readonly count: number;
  /** What some op of the type can be, beside FP32. */
  readonly capability: readonly ('int8' | 'bf16')[];
  /** What the ops are to become. */
  readonly planned: PrecisionCounts;
}

/** What the config asks for, resolved against the model. */
export interface Plan {
  readonly opTypes: readonly OpType[];
  readonly warnings: readonly Warning[];
}

/** What all phases would make of the model. */
export interface Outcome {
  readonly precision: PrecisionCounts;
  readonly casts: CastCounts;
  /** Whether INT8 needs ranges that calibration has still to find: the numbers hold if it sees every value. */
  readonly assumesRanges: boolean;
}

/** Everything about a conversion in numbers; `mixed-precision convert --report` writes the same. */
export interface Report {
  readonly model: Model;
  /** Those that ran. */
  readonly phases: readonly Snapshot[];
  readonly casts: CastCounts;
  readonly warnings: readonly Warning[];
  /** What ran the model for the ranges of INT8, and why that; left out where nothing ran it. */
  readonly calibratedBy?: string;
  readonly peakMemoryMiB: number;
}

/** A tensor that an op reads or makes. */
export interface Value {
  /** Of an input: the op that made it, whatever Casts, Quantize and Dequantize stand between. `split:1` for a second output. */
  readonly name: string;
  /** Such as `float32` or `bfloat16`. */
  readonly dtype: string;
  /** Such as `N×28×28×1`: an unknown first size is `N`, another `?`; `scalar`; `?` where even the rank is unknown. */
  readonly shape: string;
  /** The least and the greatest value that calibration saw. */
  readonly range?: { readonly min: number; readonly max: number };
}

/** A node of the newest snapshot, or one that conversion removed, as it last was. */
export interface NodeDetails {
  readonly name: string;
  /** Its name in the opened model, where that was another. */
  readonly sourceName?: string;
  /** Op type. */
  readonly op: string;
  /** Undefined for a node that is gone. */
  readonly precision: Precision | undefined;
  /** Why it has this precision; `configKey` is the key that decided, such as `op_type_dict.Conv2D`. */
  readonly why: { readonly text: string; readonly configKey?: string };
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Values as text, long ones cut. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The rewrites that touched it, oldest first. */
  readonly changes: readonly { readonly phase: PhaseName; readonly rule: string; readonly reason: string }[];
}

/** How far long work is; `fraction` in 0…1 where its end is known. */
export interface Progress {
  readonly message: string;
  readonly fraction?: number;
}
