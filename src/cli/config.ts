import { resolve } from 'node:path';
import type { ConfigSource } from '../engine/conversion';
import type { OwnCode } from '../engine/host';
import { type Options, text } from './command';
import { runtimeFrom } from './runtime';
import { readText } from './textFile';

/** The config file, the calibration data and what runs the model, as options give them. Throws UserError when the file cannot be read. */
export async function configFrom(options: Options): Promise<ConfigSource> {
  const path = text(options, 'config');
  const calibration = text(options, 'calibration');
  const runtime = runtimeFrom(options);
  const ownCode: OwnCode = runtime?.python === undefined ? {} : { python: runtime.python };
  const given = { ownCode, ...(calibration === undefined ? {} : { calibration: resolve(calibration) }), ...(runtime === undefined ? {} : { runtime }) };
  if (path === undefined) return { text: undefined, path: undefined, ...given };
  return { text: await readText(path), path: resolve(path), ...given };
}
