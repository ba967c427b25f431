import type { PrecisionCounts } from './picture';
import type { PrecisionChoice, PrecisionWish } from './precision';

export type CastPlacement = 'min_cut' | 'depth_first' | 'follow_inputs' | 'none';
export type CastCost = 'count' | 'bytes';
export type Algorithm = 'minmax' | 'moving_average' | 'percentile' | 'kl' | 'mse';
export type WeightGranularity = 'per_channel' | 'per_tensor';
export type WeightAlgorithm = 'minmax' | 'mse';
export type Int8Form = 'qdq' | 'fused';
export type PreparationRule =
  | 'identity_removal' | 'training_node_removal' | 'constant_folding' | 'common_subexpressions' | 'padding_fusion' | 'batch_norm_folding' | 'composite_ops';
export type TargetIsa = 'avx2' | 'avx512_vnni' | 'avx512_bf16' | 'amx';

/** How much accuracy may be lost: a fraction of the original's, or in its own unit. */
export type AccuracyCriterion = { readonly relative: number } | { readonly absolute: number };

/** Ops of the open model: those whose whole name matches, or that of their module; or all of a type, or of modules of a class. */
export type OpQuery = { readonly pattern: string } | { readonly opType: string };

/** How BF16 ops of ONNX models are written: as such, or as FP32 ops with Casts that round. */
export type Bf16Form = 'native' | 'emulated';

/** What becomes BF16 or INT8 as a whole: an op, or a module. */
export type PytorchMode = 'fx' | 'eager';

/** All ops of a type; or, where modules are converted as wholes, all modules of a class. */
export interface OpTypeRow {
  /** The op type, or the name of the class. */
  readonly op: string;
  readonly count: number;
  /** Precisions some of these can take, beside FP32. */
  readonly capability: readonly ('int8' | 'bf16')[];
  readonly choice: PrecisionWish;
  /** What the plan decided for these; a module counts once, as the lowest precision of its ops. */
  readonly planned: PrecisionCounts;
}

/** A pattern of arithmetic that loses too much in BF16. */
export interface SensitiveOpsRow {
  /** Its key of `sensitive_ops`. */
  readonly name: string;
  /** One sentence. */
  readonly reason: string;
  /** How many ops of the model are part of it. */
  readonly count: number;
  readonly staysFp32: boolean;
}

/** Casts of a conversion. `lowerBound`: the fewest that are possible with the precisions asked for; null until it is known. */
export interface CastNumbers {
  readonly inserted: number;
  readonly folded: number;
  readonly remaining: number;
  readonly lowerBound: number | null;
}

/** What a config makes of the model after all phases. */
export interface OutcomeView {
  readonly precision: PrecisionCounts;
  readonly casts: CastNumbers;
  /** Ranges are not measured yet; the numbers hold if every value gets one. */
  readonly assumesRanges: boolean;
}

/** Arrays of a file of calibration data beside the inputs they are for. */
export interface DataView {
  /** Samples every array has; undefined where they disagree. */
  readonly samples: number | undefined;
  readonly arrays: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
    /** Smallest and largest finite element; undefined where there is none. */
    readonly range: readonly [number, number] | undefined;
    /** Name of the model's input it is for; undefined for arrays no input wants, such as labels. */
    readonly input: string | undefined;
  }[];
  /** Signatures of the model that there are no arrays for, with the names of their inputs. */
  readonly unserved: readonly { readonly signature: string; readonly inputs: readonly string[] }[];
  /** Why the model cannot be run on it, in one sentence. */
  readonly problem: string | undefined;
}

/** Sets the value at a path of the config file; undefined removes the key. */
export interface EditView {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** A problem of the config in one sentence, with ways out. */
export interface ProblemView {
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'information';
  /** Where it is in the file; undefined for what the plan found in the model. */
  readonly path?: readonly (string | number)[];
  readonly fixes: readonly { readonly title: string; readonly edits: readonly EditView[] }[];
}

export interface ConfigView {
  /** Name of the config file; undefined until the first edit makes one. */
  readonly file: string | undefined;
  readonly model: string;
  /** The file has errors: what is shown is the last valid config. */
  readonly isFaulty: boolean;
  readonly useBf16: boolean;
  /** Entries of `bf16_ops`; undefined: the framework's list. */
  readonly bf16Ops: readonly string[] | undefined;
  /** Undefined where models are not made of modules. */
  readonly pytorchMode: PytorchMode | undefined;
  /** How BF16 ops are written; undefined where there is one way only. */
  readonly bf16Form: Bf16Form | undefined;
  readonly opTypes: readonly OpTypeRow[];
  readonly overrides: readonly { readonly pattern: string; readonly choice: PrecisionWish; readonly matches: number }[];
  /** The selected op, or the module it is in where modules are converted as wholes. `pattern`: the key of `op_name_dict` that means this one alone. */
  readonly selection: { readonly name: string; readonly pattern: string; readonly op: string; readonly choice: PrecisionWish; readonly capability: readonly ('int8' | 'bf16')[] } | undefined;
  readonly calibration: {
    readonly data: string | undefined;
    readonly samples: number;
    readonly algorithm: Algorithm;
    /** File of ranges recorded earlier, which replaces the data. */
    readonly ranges: string | undefined;
    /** What is in `data`; undefined until it is read. */
    readonly contents: DataView | undefined;
  };
  readonly weightGranularity: WeightGranularity;
  readonly weightAlgorithm: WeightAlgorithm;
  /** How INT8 ops are written; undefined where there is one way only. */
  readonly int8Form: Int8Form | undefined;
  /** Rules that rewrite the graph before precisions are decided, and whether they are on. */
  readonly preparation: Readonly<Record<PreparationRule, boolean>>;
  readonly castPlacement: CastPlacement;
  readonly castCost: CastCost;
  /** What an op that becomes BF16 is worth, as a fraction of a Cast. */
  readonly bf16Reward: number;
  readonly targetIsa: TargetIsa | undefined;
  readonly accuracyCriterion: AccuracyCriterion;
  /** Arithmetic kept FP32 by pattern. */
  readonly sensitiveOps: readonly SensitiveOpsRow[];
  /** What the config in force gives: from the phases once all ran, else what they would give; undefined until that is known. */
  readonly outcome: (OutcomeView & { readonly isPredicted: boolean }) | undefined;
  /** Problems of the config, worst first. */
  readonly problems: readonly ProblemView[];
}

/** Host to side panel. */
export type ToConfig =
  | { readonly type: 'config'; readonly config: ConfigView | undefined }
  /** Answers `try`: what the change would make of the model; undefined when nothing is tried any more. */
  | { readonly type: 'trial'; readonly outcome: OutcomeView | undefined }
  /** Answers `matchPattern`; `problem`: the pattern is no regular expression. `names`: of the first few ops. */
  | { readonly type: 'matches'; readonly pattern: string; readonly count: number; readonly names: readonly string[]; readonly problem?: string };

/** Changes of the config document, one for each control. */
export type ConfigChange =
  | { readonly type: 'setUseBf16'; readonly value: boolean }
  /** The framework's list again. */
  | { readonly type: 'clearBf16Ops' }
  | { readonly type: 'setOpTypes'; readonly ops: readonly string[]; readonly choice: PrecisionChoice }
  | { readonly type: 'setPytorchMode'; readonly mode: PytorchMode }
  | { readonly type: 'setBf16Form'; readonly form: Bf16Form }
  | { readonly type: 'setOverride'; readonly pattern: string; readonly choice: PrecisionChoice | undefined }
  | { readonly type: 'setAlgorithm'; readonly algorithm: Algorithm }
  | { readonly type: 'setSamplingSize'; readonly samples: number }
  /** No data any more, and so no INT8. */
  | { readonly type: 'clearCalibration' }
  | { readonly type: 'setWeightGranularity'; readonly granularity: WeightGranularity }
  | { readonly type: 'setWeightAlgorithm'; readonly algorithm: WeightAlgorithm }
  | { readonly type: 'setPreparation'; readonly rule: PreparationRule; readonly isOn: boolean }
  | { readonly type: 'setInt8Form'; readonly form: Int8Form }
  | { readonly type: 'setCastPlacement'; readonly placement: CastPlacement }
  | { readonly type: 'setCastCost'; readonly cost: CastCost }
  | { readonly type: 'setBf16Reward'; readonly reward: number }
  | { readonly type: 'setTargetIsa'; readonly isa: TargetIsa | undefined }
  | { readonly type: 'setAccuracyCriterion'; readonly criterion: AccuracyCriterion }
  | { readonly type: 'setSensitiveOps'; readonly name: string; readonly staysFp32: boolean }
  /** A way out of a problem. */
  | { readonly type: 'applyEdits'; readonly edits: readonly EditView[] };

/** Side panel to host: a change becomes one edit of the config document. */
export type FromConfig =
  | ConfigChange
  | { readonly type: 'ready' }
  /** What would it give? Answered with `trial`; nothing is written. Without a change: nothing is tried any more. */
  | { readonly type: 'try'; readonly change?: ConfigChange }
  /** While a pattern is typed: answered with `matches`, and lit up in the graph; without one that ends. */
  | { readonly type: 'matchPattern'; readonly pattern?: string }
  /** Lights up ops in the graph; without a query that ends. */
  | { readonly type: 'highlight'; readonly query?: OpQuery }
  | { readonly type: 'pickCalibration' }
  | { readonly type: 'chooseProfile' }
  /** Opens the search for the lowest precisions that keep the accuracy. */
  | { readonly type: 'tune' }
  /** As text, at the key where one is given. */
  | { readonly type: 'openFile'; readonly path?: readonly (string | number)[] };
