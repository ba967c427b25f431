import { resolve } from 'node:path';
import type { ConfigSource } from '../engine/conversion';
import { type Options, text } from './command';
import { readText } from './textFile';

/** The config file and the calibration data given as options. Throws UserError when the file cannot be read. */
export async function configFrom(options: Options): Promise<ConfigSource> {
  const path = text(options, 'config');
  const calibration = text(options, 'calibration');
  const data = calibration === undefined ? {} : { calibration: resolve(calibration) };
  if (path === undefined) return { text: undefined, path: undefined, ...data };
  return { text: await readText(path), path: resolve(path), ...data };
}
