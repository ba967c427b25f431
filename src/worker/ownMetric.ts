import { isMetricFile, type TuningConfig } from '../engine/config/config';
import type { ConfigSource } from '../engine/conversion';
import { UserError } from '../engine/errors';
import type { OwnMetric } from '../engine/tuning/ownMetric';
import { startJavaScriptMetric } from './javaScriptMetric';
import type { MetricOptions } from './metricOptions';
import { startPythonMetric } from './pythonMetric';
import { besideConfig } from './searchIdentity';

/** The metric in the file that a config names; undefined where it names none. Throws UserError where it cannot be loaded, or no code may run. */
export async function startOwnMetric({ tuning: { metric } }: TuningConfig, source: ConfigSource, options: MetricOptions): Promise<OwnMetric | undefined> {
  if (!isMetricFile(metric)) return undefined;
  const file = besideConfig(source, metric);
  if (source.ownCode === undefined) {
    throw new UserError('A metric of your own is code, and code runs only in trusted workspaces', { file, hint: 'Trust the workspace, or choose another tuning.metric' });
  }
  return file.endsWith('.py') ? startPythonMetric(file, source.ownCode, options) : startJavaScriptMetric(file, options);
}
