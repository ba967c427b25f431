/**
 * Every message between the extension host and its webviews. Imported by both sides; holds types only.
 * The host computes, the webview draws.
 */

export type Precision = 'fp32' | 'bf16' | 'int8' | 'other';
export type PhaseName = 'quantize' | 'bf16' | 'optimize';
export type PrecisionChoice = 'int8' | 'bf16' | 'fp32' | 'auto';
/** What the config may ask of an op: one choice, or the precisions it accepts. */
export type PrecisionWish = PrecisionChoice | readonly Exclude<PrecisionChoice, 'auto'>[];

// ---------------------------------------------------------------- graph view

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

// What crosses to the webview: the same as typed arrays, of which a graph of 100,000 ops takes a few megabytes.

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

/** An op, or a value the caller fetches, that leaves a Cast no choice. */
export interface CastEnd {
  readonly precision: 'fp32' | 'bf16';
  readonly name: string;
  /** Id to go to. */
  readonly node?: string;
  /** What is said of it after its name: `is to be BF16: Listed in bf16_ops (MatMul).` */
  readonly text: string;
  readonly configKey?: string;
}

export interface CastDetails {
  /** As on its mark: `F→B`. */
  readonly label: string;
  /** `FP32 to BF16`. */
  readonly types: string;
  /** The two ends it stands between, that of its input's type first; absent where the placement proves nothing of it. */
  readonly forcedBy?: { readonly from: CastEnd; readonly to: CastEnd; readonly conclusion: string };
}

export interface NodeDetails {
  readonly id: string;
  readonly name: string;
  /** Name in the opened model, where the node has another one now. */
  readonly sourceName?: string;
  readonly op: string;
  readonly precision: Precision | undefined;
  readonly why: { readonly text: string; readonly configKey?: string };
  readonly inputs: readonly ValueDetails[];
  readonly outputs: readonly ValueDetails[];
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** Set for a Cast between two float types; `why` then is one text of all that `forcedBy` says. */
  readonly cast?: CastDetails;
  /** Changes up to the shown snapshot that touched this node, in order. */
  readonly changes: readonly NodeChange[];
}

/** A change of a node: the one at `index` of the ChangeTable of `snapshot`. */
export interface NodeChange {
  readonly phase: PhaseName;
  readonly rule: string;
  readonly reason: string;
  readonly snapshot: number;
  readonly index: number;
}

export interface ValueDetails {
  /** Name of the op that made it for inputs, of the value for outputs. */
  readonly name: string;
  /** Display node to jump to, where there is one. */
  readonly node?: string;
  /** Casts, Quantize and Dequantize between that display node and the reader, in this order. */
  readonly through?: readonly BoundaryLink[];
  readonly dtype: string;
  readonly shape: string;
  /** What calibration saw: `-1.5 … 6.31`; also as numbers. */
  readonly range?: string;
  readonly min?: number;
  readonly max?: number;
  /** Set for weights: `3×3×16×32, qint8, 4.6 kB`. */
  readonly constant?: string;
  /** Of a constant of floating-point or quantized numbers, as they are in the shown snapshot. */
  readonly histogram?: Histogram;
  /** For outputs: who reads the value, but not more than 50; `readers` is how many there are. */
  readonly consumers?: readonly ConsumerDetails[];
  readonly readers?: number;
}

/** An op, or the end of an output, that reads a value. */
export interface ConsumerDetails {
  readonly name: string;
  /** Display node to jump to, where there is one. */
  readonly node?: string;
  /** Index into its inputs. */
  readonly input: number;
  /** Casts, Quantize and Dequantize on the way, in this order. */
  readonly through?: readonly BoundaryLink[];
}

/** How the values of a tensor are distributed. NaN and infinite values are counted apart and in no other number. */
export interface Histogram {
  /** Values in each of 32 equal bins from `min` to `max`; empty where no value is finite, all numbers then being 0. */
  readonly bins: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** Share of finite values that are zero: 0 … 1. */
  readonly zeros: number;
  readonly nan: number;
  readonly infinite: number;
  /** Values looked at. */
  readonly count: number;
  /** Set where those are a sample, spread evenly. */
  readonly sampled?: true;
}

/** How far the model's output is off where one op alone is at a lower precision: signal over error in dB, Infinity for no error. */
export interface OpError {
  readonly precision: 'int8' | 'bf16';
  readonly decibels: number;
}

/** Of ops of the picture whose error alone was measured: nodes, and dB at the lowest precision each can have. */
export interface SensitivityTable {
  readonly nodes: Int32Array;
  readonly decibels: Float64Array;
}

/** A Cast, Quantize or Dequantize to go to. */
export interface BoundaryLink {
  readonly id: string;
  readonly kind: EdgeMark['kind'];
  /** `F→B`, `F→8`, `8→F`. */
  readonly label: string;
}

/** What runs now, shown in the phase bar. */
export interface RunningView {
  readonly title: string;
  readonly message: string;
  readonly fraction?: number;
}

/** What two editors of one model that are compared keep in step, besides the selection. */
export interface LinkedView {
  readonly zoom: number;
  /** Centre of the view, in pixels of the picture. */
  readonly x: number;
  readonly y: number;
  /** Keys of the expanded groups. */
  readonly expanded: readonly string[];
}

export type PictureFormat = 'png' | 'svg' | 'json';

/** What the commands of the palette and of the editor's title do with the view. */
export type ViewAction = 'collapseAll' | 'expandAllCasts' | 'find' | 'fit' | 'play' | 'sensitivity';

/**
 * What the page writes to `data-vscode-context` under the pointer, beside `preventDefaultContextMenuItems: true`; commands of
 * the context menu are called with it. `id` is that of a node, or of a boundary node of a Cast's mark.
 */
export type ContextTarget =
  | { readonly mixedPrecisionTarget: 'node'; readonly id: string }
  | { readonly mixedPrecisionTarget: 'cast'; readonly id: string }
  /** `groups`: scope paths of what the group holds: one, or those of the repeated siblings. */
  | { readonly mixedPrecisionTarget: 'group'; readonly groups: readonly string[] }
  | { readonly mixedPrecisionTarget: 'canvas' };

/** Host to graph view. */
export type ToGraph =
  /** `pinned`: this editor shows the opened model beside another that shows the phases; it has no phases to run. */
  | { readonly type: 'graph'; readonly graph: GraphTables; readonly shown: number; readonly pinned?: boolean }
  /** While `on`, the view tells with `moved` where it is: at once if it is not pinned, and whenever its user moves it. */
  | { readonly type: 'link'; readonly on: boolean }
  /** Go there without answering `moved`. */
  | { readonly type: 'follow'; readonly view: LinkedView }
  | { readonly type: 'view'; readonly action: ViewAction }
  /** To be answered with `exported` or `exportFailed`. */
  | { readonly type: 'export'; readonly format: PictureFormat }
  /** The first `keep` snapshots stay, the others are replaced by those added. */
  | { readonly type: 'snapshots'; readonly keep: number; readonly added: readonly SnapshotTables[]; readonly shown: number }
  /** `errors`: of the node alone, where they were measured. */
  | { readonly type: 'details'; readonly details: NodeDetails; readonly errors?: readonly OpError[] }
  /** Colours the ops where that is on; undefined: nothing is known any more. */
  | { readonly type: 'sensitivity'; readonly table: SensitivityTable | undefined }
  | { readonly type: 'running'; readonly running: RunningView | undefined }
  /** Lights up some nodes and dims the others, as a filter of the panel or a click in it asks; without nodes it ends. */
  | { readonly type: 'highlight'; readonly nodes?: Int32Array; readonly label: string }
  /** Without an id when what was selected is gone. */
  | { readonly type: 'select'; readonly id?: string }
  | { readonly type: 'error'; readonly message: string };

/** Graph view to host. */
export type FromGraph =
  | { readonly type: 'ready' }
  | { readonly type: 'select'; readonly id: string | undefined; readonly snapshot: number }
  | { readonly type: 'showSnapshot'; readonly snapshot: number }
  | { readonly type: 'command'; readonly command: 'runNextPhase' | 'runAllPhases' | 'stepBack' | 'reset' | 'save' | 'cancel' | 'openConfig' }
  | { readonly type: 'openConfigKey'; readonly key: string }
  | { readonly type: 'moved'; readonly view: LinkedView }
  /** `note`: what the user should know of it, such as a scale smaller than asked for. */
  | { readonly type: 'exported'; readonly format: PictureFormat; readonly bytes: Uint8Array; readonly note?: string }
  | { readonly type: 'exportFailed'; readonly message: string }
  /** To the clipboard. */
  | { readonly type: 'copy'; readonly text: string };

// ---------------------------------------------------------------- config side panel

export type CastPlacement = 'min_cut' | 'depth_first' | 'follow_inputs' | 'none';
export type CastCost = 'count' | 'bytes';
export type Algorithm = 'minmax' | 'moving_average' | 'percentile' | 'kl' | 'mse';
export type WeightGranularity = 'per_channel' | 'per_tensor';
export type Int8Form = 'qdq' | 'fused';
export type TargetIsa = 'avx2' | 'avx512_vnni' | 'avx512_bf16' | 'amx';
/** How much accuracy may be lost: a fraction of the original's, or in its own unit. */
export type AccuracyCriterion = { readonly relative: number } | { readonly absolute: number };

/** Ops of the open model: those whose whole name matches, or that of their module; or all of a type, or of modules of a class. */
export type OpQuery = { readonly pattern: string } | { readonly opType: string };

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
  /** How INT8 ops are written; undefined where there is one way only. */
  readonly int8Form: Int8Form | undefined;
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
  | { readonly type: 'setOverride'; readonly pattern: string; readonly choice: PrecisionChoice | undefined }
  | { readonly type: 'setAlgorithm'; readonly algorithm: Algorithm }
  | { readonly type: 'setSamplingSize'; readonly samples: number }
  /** No data any more, and so no INT8. */
  | { readonly type: 'clearCalibration' }
  | { readonly type: 'setWeightGranularity'; readonly granularity: WeightGranularity }
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

// ---------------------------------------------------------------- tuning view

export type StrategyName = 'basic' | 'conservative' | 'mse' | 'mse_v2' | 'exhaustive' | 'random' | 'pareto';
export type MetricName = 'topk' | 'mse' | 'sqnr' | 'cosine';
/** Path of a file with a metric of the user's own. */
export type MetricFile = `${string}.${'js' | 'mjs' | 'cjs' | 'py'}`;

/** An op, or all of an op type, that is not at its lowest precision. */
export interface KeptView {
  readonly name: string;
  /** Id of the op; undefined for an op type. */
  readonly id: string | undefined;
  readonly precision: 'bf16' | 'fp32';
}

/** A choice of precisions that was measured. */
export interface TrialView {
  /** In the unit of the metric. */
  readonly accuracy: number;
  /** Modelled time, as a fraction of the original's. */
  readonly cost: number;
  /** Share of the arithmetic that could be BF16 or INT8 and is: 0 … 1. */
  readonly lowered: number;
  readonly seconds: number;
  readonly meets: boolean;
  /** How many of the ops, and op types, that the search chooses for are of each precision. */
  readonly precision: { readonly int8: number; readonly bf16: number; readonly fp32: number };
  /** The first of those that are not at their lowest precision, and how many there are. */
  readonly kept: readonly KeptView[];
  readonly keptCount: number;
  /** How far what ops read is from what they read in the original, in the order in which they run; undefined until it was asked for. */
  readonly deviations?: readonly DeviationView[];
}

/** The range of the original's value over the error, in dB; Infinity for no error. */
export interface DeviationView {
  readonly name: string;
  readonly id: string;
  readonly decibels: number;
}

export interface TuningView {
  readonly model: string;
  /** Address of the model, by which the view finds it again. */
  readonly uri: string;
  /** Name of the file that accuracy is measured on, and of the labels in it. */
  readonly data: string | undefined;
  readonly labels: string | undefined;
  readonly metric: MetricName | MetricFile;
  readonly topk: number;
  readonly higherIsBetter: boolean;
  readonly strategy: StrategyName;
  readonly maxTrials: number;
  readonly criterion: AccuracyCriterion;
  readonly state: 'looking' | 'idle' | 'running' | 'paused';
  /** What is worked on while it runs. */
  readonly task: 'space' | 'baseline' | 'measure' | 'price' | 'outputErrors' | 'activationErrors' | undefined;
  /** How the last run ended. */
  readonly end: 'met' | 'exhausted' | 'max_trials' | 'timeout' | 'cancelled' | undefined;
  /** What went wrong, in a sentence. */
  readonly problem: string | undefined;
  /** Why earlier trials cannot be gone on from: the config changed beside what a trial writes to it, or the files did. */
  readonly stale: 'config' | 'files' | undefined;
  /** What ran the models, and why that; undefined before it did. */
  readonly runtime: string | undefined;
  /** The original's accuracy, and the worst that meets the criterion. */
  readonly baseline: number | undefined;
  readonly worst: number | undefined;
  /** By index into the trials: those that no other beats in both accuracy and cost, cheapest first; the best; the one that the config is. */
  readonly front: readonly number[];
  readonly best: number | undefined;
  readonly applied: number | undefined;
}

/** Host to tuning view. */
export type ToTuning =
  /** The trials from `start` on are these; the ones before it stay. */
  { readonly type: 'tuning'; readonly tuning: TuningView; readonly start: number; readonly trials: readonly TrialView[] };

/** Tuning view to host. */
export type FromTuning =
  | { readonly type: 'ready' }
  | { readonly type: 'start' | 'startAnew' | 'pause' | 'resume' | 'cancel' | 'chooseData' | 'openConfig' }
  /** Writes a trial's choice to the config document. */
  | { readonly type: 'apply'; readonly trial: number }
  /** Asks for a trial's `deviations`. */
  | { readonly type: 'locate'; readonly trial: number }
  | { readonly type: 'setStrategy'; readonly strategy: StrategyName }
  | { readonly type: 'setMaxTrials'; readonly trials: number }
  /** Shows an op in the graph. */
  | { readonly type: 'show'; readonly id: string };
