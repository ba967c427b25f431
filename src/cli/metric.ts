import { resolve } from 'node:path';
import { METRIC_NAMES, type TuningConfig } from '../engine/config/config';
import { type Options, text, UsageError } from './command';

type Metric = TuningConfig['tuning']['metric'];

/** The metric that `--metric` names, if it does: one of ours, or a file. Throws UsageError. */
export function metricFrom(options: Options): { readonly metric?: Metric } {
  const given = text(options, 'metric');
  if (given === undefined) return {};
  const isFile = /\.(?:[cm]?js|py)$/.test(given);
  if (!isFile && !METRIC_NAMES.some((name) => name === given)) throw new UsageError(`--metric is one of ${METRIC_NAMES.join(', ')} or a .mjs, .js, .cjs or .py file, not "${given}"`);
  return { metric: (isFile ? resolve(given) : given) as Metric };
}
