import type { TuningConfig } from '../engine/config/config';
import type { Candidate, SearchSpace } from '../engine/tuning/candidate';
import type { SearchResult } from '../engine/tuning/search';
import type { Measurement, Task } from '../engine/tuning/task';
import type { TuningSetup } from './openBench';
import type { ErrorData } from './rpc';

/** What a search works on; can be sent to a thread. `source` is the present config, as the user has it. */
export interface SearchSetup extends TuningSetup {
  /** Path of the journal. */
  readonly journal: string;
  /** `look`: tell what the journal has, and end. `continue`: go on from there. `anew`: forget it and begin. `sensitivity`: measure the errors of single ops only. `values`: compare the values of one candidate with the original's. */
  readonly mode: 'look' | 'continue' | 'anew' | 'sensitivity' | 'values';
  /** For `values`. */
  readonly candidate?: Candidate;
}

/** A candidate that was measured, in this run or an earlier one. */
export interface Point extends Measurement {
  readonly candidate: Candidate;
}

/** What an earlier run left behind. */
export interface Opened {
  /** `other`: of another model, other data or other ranges, so that nothing of it holds here. */
  readonly journal: 'none' | 'same' | 'other';
  /** What the points add their rules to: the config their search began with, which need not be the present one; without a search the present one. */
  readonly base: TuningConfig;
  /** Known once a search began. */
  readonly space?: SearchSpace;
  readonly baseline?: SearchResult['baseline'];
  readonly points: readonly Point[];
  /** The answer to `sensitivityTask`, where that was measured. */
  readonly errors?: readonly number[];
}

/** Host to thread. */
export type SearchCommand = 'pause' | 'resume' | 'cancel';

/** Thread to host. The last one is `done` or `failed`, or `opened` where it only looks. */
export type SearchEvent =
  | { readonly type: 'opened'; readonly opened: Opened }
  /** What is worked on now, several at a time. */
  | { readonly type: 'task'; readonly kind: Task['kind'] }
  | { readonly type: 'started'; readonly space: SearchSpace; readonly baseline: SearchResult['baseline'] }
  | { readonly type: 'point'; readonly point: Point }
  /** The answer to `sensitivityTask`. */
  | { readonly type: 'errors'; readonly errors: readonly number[] }
  /** How far what each unit reads is from the original's, see `activationErrors`. */
  | { readonly type: 'values'; readonly candidate: Candidate; readonly errors: readonly number[] }
  | { readonly type: 'done'; readonly end: SearchResult['end']; readonly best: Point & { readonly meets: boolean } }
  | { readonly type: 'failed'; readonly error: ErrorData };
