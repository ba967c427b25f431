import type { Candidate, SearchSpace } from './candidate';

/** What can be asked of a runner; each task stands for itself, so that tasks may run anywhere and in any order. */
export type Task =
  /** What there is to choose between. */
  | { readonly kind: 'space' }
  /** The original's accuracy. */
  | { readonly kind: 'baseline' }
  /** Convert, run on all data, score. */
  | { readonly kind: 'measure'; readonly candidate: Candidate }
  /** Convert and model the costs; runs nothing. */
  | { readonly kind: 'price'; readonly candidates: readonly Candidate[] }
  /** How far the output of each candidate is from the original's, see `outputErrors`; they have most in common with `from`, or the original. */
  | { readonly kind: 'outputErrors'; readonly from?: Candidate; readonly candidates: readonly Candidate[] }
  /** How far the values of each unit are from the original's, see `activationErrors`. */
  | { readonly kind: 'activationErrors'; readonly candidate: Candidate };

/** What a converted model came to. */
export interface Measurement {
  /** In the unit of the metric. */
  readonly accuracy: number;
  /** Modelled, as a fraction of the original's. */
  readonly cost: number;
  /** Share of the multiply-accumulates that could be BF16 or INT8 and are. */
  readonly lowered: number;
  readonly seconds: number;
  /** That of the converted graph, see `graphFingerprint`. */
  readonly fingerprint: string;
}

export interface Results {
  readonly space: SearchSpace;
  /** `runtime`: what runs the models, as the user is told. `higherIsBetter`: the direction of accuracies, which a metric of the user's own tells only once it is loaded. */
  readonly baseline: { readonly accuracy: number; readonly higherIsBetter: boolean; readonly seconds: number; readonly runtime?: string };
  readonly measure: Measurement;
  readonly price: readonly number[];
  readonly outputErrors: readonly number[];
  readonly activationErrors: readonly number[];
}

export type Result<T extends Task> = Results[T['kind']];

/**
 * Runs tasks, in a pool of any kind: threads of this machine, or others. All numbers but `seconds` depend on the task alone.
 */
export interface TrialRunner {
  /** How many tasks are worth submitting at once. */
  readonly size: number;
  /** Throws UserError when the model, its data or the config is at fault; CancelledError once the runner is closed. */
  submit<T extends Task>(task: T): Promise<Result<T>>;
  /** Ends what is running, at once. */
  close(): Promise<void>;
}
