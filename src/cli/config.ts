import { resolve } from 'node:path';
import { configFileText, importNeuralCompressor } from '../engine/config/neuralCompressor/importConfig';
import type { ConfigSource } from '../engine/conversion';
import type { OwnCode } from '../engine/host';
import { type Options, text } from './command';
import { runtimeFrom } from './runtime';
import { readText } from './textFile';

/**
 * The config file, the calibration data and what runs the model, as options give them; a config of Neural Compressor (YAML or
 * Python) as it is once imported, with what it says otherwise told to `note`. Throws UserError when the file cannot be read.
 */
export async function configFrom(options: Options, note: (line: string) => void): Promise<ConfigSource> {
  const path = text(options, 'config');
  const calibration = text(options, 'calibration');
  const runtime = runtimeFrom(options);
  const ownCode: OwnCode = runtime?.python === undefined ? {} : { python: runtime.python };
  const given = { ownCode, ...(calibration === undefined ? {} : { calibration: resolve(calibration) }), ...(runtime === undefined ? {} : { runtime }) };
  if (path === undefined) return { text: undefined, path: undefined, ...given };
  const content = await readText(path);
  if (!/\.(?:ya?ml|py)$/i.test(path)) return { text: content, path: resolve(path), ...given };
  const imported = importNeuralCompressor(content, path);
  for (const { path: place, message } of imported.notes) note(`note: ${place}: ${message}`);
  return { text: configFileText(imported), path: resolve(path), ...given };
}
