import type { Tensor } from '../engine/graph/tensor';

/** To the process of a metric: first the file, then what it is to judge, one after the other. */
export type MetricRequest =
  | { readonly kind: 'load'; readonly file: string }
  | { readonly kind: 'score'; readonly outputs: ReadonlyMap<string, Tensor>; readonly labels: Tensor | undefined; readonly data: ReadonlyMap<string, Tensor> };

/** From it, one per request. */
export type MetricReply =
  | { readonly kind: 'loaded'; readonly higherIsBetter: boolean; readonly takesData: boolean }
  | { readonly kind: 'score'; readonly score: number }
  /** `line`: of the file, where that is known. */
  | { readonly kind: 'failed'; readonly message: string; readonly line: number | undefined };
