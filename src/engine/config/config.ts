/** What a user may ask of an op: a precision, or `auto` to let the plan decide. */
export type PrecisionChoice = 'int8' | 'bf16' | 'fp32' | 'auto';

/** A choice, or the precisions an op accepts (Neural Compressor's list of dtypes); of those it can take the lowest counts. */
export type PrecisionWish = PrecisionChoice | readonly Exclude<PrecisionChoice, 'auto'>[];

export type StrategyName = 'basic' | 'conservative' | 'mse' | 'mse_v2' | 'exhaustive' | 'random' | 'bayesian' | 'pareto';
export const STRATEGY_NAMES: readonly StrategyName[] = ['basic', 'conservative', 'mse', 'mse_v2', 'exhaustive', 'random', 'bayesian', 'pareto'];

export type MetricName = 'topk' | 'mse' | 'sqnr' | 'cosine';
export const METRIC_NAMES: readonly MetricName[] = ['topk', 'mse', 'sqnr', 'cosine'];
/** Path of a file with a metric of the user's own. */
export type MetricFile = `${string}.${'js' | 'mjs' | 'cjs' | 'py'}`;

export function isMetricFile(metric: MetricName | MetricFile): metric is MetricFile {
  return !METRIC_NAMES.some((name) => name === metric);
}

/** How a range is taken from the values seen. */
export type CalibrationAlgorithm = 'minmax' | 'moving_average' | 'percentile' | 'kl' | 'mse';
export const CALIBRATION_ALGORITHMS: readonly CalibrationAlgorithm[] = ['minmax', 'moving_average', 'percentile', 'kl', 'mse'];

/** Rules that rewrite the graph before precisions are decided; each can be switched off. */
export interface Preparation {
  readonly identity_removal: boolean;
  readonly training_node_removal: boolean;
  readonly constant_folding: boolean;
  readonly common_subexpressions: boolean;
  readonly padding_fusion: boolean;
  readonly batch_norm_folding: boolean;
  /** Ops that together are GELU or a normalization have one precision. */
  readonly composite_ops: boolean;
}

/** The tuning config as the phases see it: every key present. Key names are Intel Neural Compressor's where it has one. */
export interface TuningConfig {
  readonly use_bf16: boolean;
  /** Op types, or `re:REGEX` full-matched on node names. Undefined: the framework's list. */
  readonly bf16_ops: readonly string[] | undefined;
  /** Precision per op type. */
  readonly op_type_dict: Readonly<Record<string, PrecisionWish>>;
  /** Precision per node; keys are regular expressions, full-matched on node names. The last match wins. */
  readonly op_name_dict: Readonly<Record<string, PrecisionWish>>;
  readonly calibration: {
    /** `.npz` with one array per model input; relative to the config file. */
    readonly data: string | undefined;
    readonly sampling_size: number;
    readonly algorithm: CalibrationAlgorithm;
    /** Ranges recorded earlier, read instead of running the model; relative to the config file. */
    readonly ranges: string | undefined;
  };
  /** How the graph is rewritten before precisions are decided, where any op becomes INT8 or BF16. */
  readonly preparation: Preparation;
  readonly quantization: {
    readonly weight_granularity: 'per_channel' | 'per_tensor';
    /** Whether a weight's scale covers its largest number, or makes least of the squared error. */
    readonly weight_algorithm: 'minmax' | 'mse';
    /** How INT8 ops are written: float ops between Quantize and Dequantize, or the framework's own INT8 kernels. */
    readonly form: 'qdq' | 'fused';
    /** Whether weights use 7 bits. `auto`: where the kernels of the form need it. */
    readonly reduce_range: boolean | 'auto';
  };
  readonly cast_placement: 'min_cut' | 'depth_first' | 'follow_inputs' | 'none';
  /** What `min_cut` makes least of: Casts, or the bytes they move. */
  readonly cast_cost: 'count' | 'bytes';
  /** What each op that becomes BF16 is worth to `min_cut`, as a fraction of a Cast. */
  readonly bf16_reward: number;
  /** Patterns of arithmetic that stay FP32 unless set to `auto`; a name left out is `fp32`. */
  readonly sensitive_ops: Readonly<Record<string, 'fp32' | 'auto'>>;
  readonly onnx: {
    /** How BF16 ops are written to ONNX models. */
    readonly bf16: 'native' | 'emulated';
  };
  readonly pytorch: {
    /** What is converted as a whole: a node of the graph (as FX graph mode does), or a module (as eager mode does). */
    readonly mode: 'fx' | 'eager';
  };
  /** Instruction set of the CPUs the model is converted for. Undefined: none in particular. */
  readonly target_isa: 'avx2' | 'avx512_vnni' | 'avx512_bf16' | 'amx' | undefined;
  /** How much accuracy may be lost: a fraction of the original's, or in its own unit. */
  readonly accuracy_criterion: { readonly relative: number } | { readonly absolute: number };
  /** How `tune` searches. */
  readonly tuning: {
    readonly strategy: StrategyName;
    readonly max_trials: number;
    /** Seconds that a search may take; 0: until the first result that meets the criterion. */
    readonly timeout: number;
    /** How accuracy is measured; the path of a file is relative to the config file. */
    readonly metric: MetricName | MetricFile;
    /** How many of the highest scores `topk` looks at. */
    readonly topk: number;
    readonly random_seed: number;
    /** How many batches the error of single ops is measured on. */
    readonly confidence_batches: number;
    /** `.npz` with the model's inputs that accuracy is measured on, and their labels; relative to the config file. */
    readonly data: string | undefined;
    /** Name of the array of labels in it. Undefined: the original's own outputs are what is expected. */
    readonly labels: string | undefined;
  };
  /** Names of values that take the place of the model's own inputs, such as an inner tensor behind an image decoder. */
  readonly inputs: readonly string[] | undefined;
  /** Names of the values the caller fetches. Undefined: what nothing else reads. */
  readonly outputs: readonly string[] | undefined;
  /** Which signature of a SavedModel is converted. Undefined: all of them. */
  readonly signature: string | undefined;
  /** Tags of the graph of a SavedModel that is converted. Undefined: `serve`. */
  readonly tags: readonly string[] | undefined;
}

export const DEFAULT_CONFIG: TuningConfig = {
  use_bf16: false,
  bf16_ops: undefined,
  op_type_dict: {},
  op_name_dict: {},
  calibration: { data: undefined, sampling_size: 100, algorithm: 'minmax', ranges: undefined },
  preparation: {
    identity_removal: true, training_node_removal: true, constant_folding: true, common_subexpressions: true, padding_fusion: true, batch_norm_folding: true, composite_ops: true,
  },
  quantization: { weight_granularity: 'per_channel', weight_algorithm: 'minmax', form: 'qdq', reduce_range: 'auto' },
  cast_placement: 'min_cut',
  cast_cost: 'count',
  bf16_reward: 0.25,
  sensitive_ops: {},
  onnx: { bf16: 'native' },
  pytorch: { mode: 'fx' },
  target_isa: undefined,
  accuracy_criterion: { relative: 0.01 },
  tuning: { strategy: 'basic', max_trials: 100, timeout: 0, metric: 'topk', topk: 1, random_seed: 1978, confidence_batches: 2, data: undefined, labels: undefined },
  inputs: undefined,
  outputs: undefined,
  signature: undefined,
  tags: undefined,
};
