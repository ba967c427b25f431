// Conversions by us and by neural-compressor, each in a process of its own.
import { execFileSync } from 'node:child_process';
import { fromRoot } from '../scripts/lib/paths.mjs';

/** The command that converts with our command line, and prints its report. */
export const converting = (model, output, options) => [process.execPath, fromRoot('dist', 'cli.js'), 'convert', model, '--output', output, '--force', '--json', ...options];

/** Converts with our command line; returns its report. */
export function convert(model, output, options) {
  const [program, ...command] = converting(model, output, options);
  return JSON.parse(execFileSync(program, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 }));
}

/** Seconds (best of `repeats`), Casts, BF16 ops and peak memory; undefined, and said why, where it fails. `types`: instead of its own list. */
export function neuralCompressor(python, model, repeats, tell, types = []) {
  try {
    const command = [fromRoot('bench', 'neural_compressor_bf16.py'), model, String(repeats), ...types];
    return JSON.parse(execFileSync(python, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch (error) {
    tell(`neural-compressor could not convert ${model}: ${error.message}`);
    return undefined;
  }
}

export const totalSeconds = (phases) => phases.reduce((sum, { seconds }) => sum + seconds, 0);

/** The phases that do what others do in one: put Casts in, and take out those that can go. */
export const bf16Seconds = ({ phases }) => totalSeconds(phases.filter(({ phase }) => phase !== 'quantize'));
