import type { AccuracyCriterion } from './config';

export type StrategyName = 'basic' | 'conservative' | 'mse' | 'mse_v2' | 'exhaustive' | 'random' | 'bayesian' | 'pareto';
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
  | { readonly type: 'start' | 'startAnew' | 'pause' | 'resume' | 'cancel' | 'chooseData' | 'chooseMetric' | 'openConfig' }
  /** Writes a trial's choice to the config document. */
  | { readonly type: 'apply'; readonly trial: number }
  /** Asks for a trial's `deviations`. */
  | { readonly type: 'locate'; readonly trial: number }
  | { readonly type: 'setStrategy'; readonly strategy: StrategyName }
  | { readonly type: 'setMetric'; readonly metric: MetricName | MetricFile }
  | { readonly type: 'setMaxTrials'; readonly trials: number }
  /** Shows an op in the graph. */
  | { readonly type: 'show'; readonly id: string };
