import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { isMetricFile, type TuningConfig } from '../engine/config/config';
import type { ConfigSource } from '../engine/conversion';
import { UserError } from '../engine/errors';
import type { SearchIdentity } from '../engine/tuning/journal';
import type { TuningSetup } from './openBench';

/** What the results of trials depend on; how the search goes may change between two runs. Throws UserError where a file cannot be read. */
export async function identityOf({ model, source, data, labels }: TuningSetup, config: TuningConfig): Promise<SearchIdentity> {
  const { calibration, tuning: { metric, topk, confidence_batches }, ...conversion } = { ...config, accuracy_criterion: undefined };
  const ranges = source.calibration ?? besideConfig(source, calibration.ranges ?? calibration.data!);
  return {
    version: 3, model: await digest(model), data: await digest(data), labels: labels ?? null, ranges: await digest(ranges),
    config: { ...conversion, calibration, tuning: { metric, topk, confidence_batches } },
    ...(isMetricFile(metric) ? { metric: await digest(besideConfig(source, metric)) } : {}),
    ...(source.runtime?.kind === 'python' ? { python: source.runtime.python ?? '' } : {}),
  };
}

/** A path as a config has it: relative ones start from its folder. */
export function besideConfig({ path }: Pick<ConfigSource, 'path'>, file: string): string {
  return isAbsolute(file) ? file : join(dirname(path!), file);
}

/** The source with the data to tune on as calibration data, where the config names none and no recorded ranges. */
export function withRanges(source: ConfigSource, { calibration }: TuningConfig, data: string): ConfigSource {
  return (source.calibration ?? calibration.data ?? calibration.ranges) === undefined ? { ...source, calibration: data } : source;
}

/** SHA-256 of a file, or of all files in a folder with their names. */
async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    const isFolder = (await stat(path)).isDirectory();
    const files = isFolder ? (await readdir(path, { recursive: true })).sort().map((name) => join(path, name)) : [path];
    for (const file of files) {
      if (isFolder) hash.update(relative(path, file));
      if (!(await stat(file)).isDirectory()) for await (const bytes of createReadStream(file)) hash.update(bytes as Uint8Array);
    }
  } catch {
    throw new UserError('Cannot read it: there is no such file, or it may not be read', { file: path });
  }
  return hash.digest('hex');
}
