import type { Result, Task } from '../engine/tuning/task';
import type { ErrorData } from './rpc';

/** Host to worker. */
export interface TrialCall {
  readonly id: number;
  readonly task: Task;
}

/** Worker to host, one per call. */
export type TrialReply =
  | { readonly id: number; readonly result: Result<Task> }
  | { readonly id: number; readonly error: ErrorData };
