import { UserError } from '../engine/errors';
import type { Progress } from '../engine/host';

/** How a metric of the user's own is run. */
export interface MetricOptions {
  readonly progress: Progress;
  /** Milliseconds that it may take for all samples. */
  readonly limit?: number;
}

/** The default of `limit`. */
export const METRIC_LIMIT = 300_000;

/** The error of a metric, with the place in its file. */
export function metricError(file: string, message: string, line: number | undefined): UserError {
  return new UserError(line === undefined ? message : `line ${line}: ${message}`, { file, hint: 'Correct the metric, or choose another tuning.metric' });
}

/** The error of a metric that does not come to its end. */
export function tooSlow(file: string, milliseconds: number): UserError {
  return metricError(file, `The metric has not come to its end within ${milliseconds / 1000} seconds`, undefined);
}
