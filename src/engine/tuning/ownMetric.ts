import type { Tensor } from '../graph/tensor';

/** What a metric of the user's own goes by: outputs by name, the labels, and all arrays of the data; of each as many samples as were run. */
export interface Judged {
  readonly outputs: ReadonlyMap<string, Tensor>;
  readonly labels: Tensor | undefined;
  readonly data: ReadonlyMap<string, Tensor>;
}

/** A function of the user's own that makes one number of a model's outputs. Implemented beside the worker, in a process of its own. */
export interface OwnMetric {
  readonly higherIsBetter: boolean;
  /** Throws UserError that names the file, and the line where it is known, when the function fails, takes too long, or gives no number. */
  score(judged: Judged): Promise<number>;
  close(): Promise<void>;
}
