import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from '../../src/engine/conversion';

/** Keys of the config file as a user writes them: every one may be left out. */
export type ConfigFile = Readonly<Record<string, unknown>>;

export interface ConvertOptions {
  /** Without it the command runs without a config file. */
  readonly config?: ConfigFile;
  readonly calibration?: string;
  readonly until?: 'quantize' | 'bf16' | 'optimize';
}

/** Converts a model with the built command line, as a user does from a terminal. Rejects with its one line of stderr. */
export async function convert(model: string, output: string, options: ConvertOptions): Promise<Report> {
  const args = ['convert', model, '--output', output, '--force', '--json'];
  if (options.config !== undefined) {
    const file = output.replace(/\.[^.]+$/, '.mixed-precision.json');
    await writeFile(file, JSON.stringify(options.config, undefined, 2));
    args.push('--config', file);
  }
  if (options.calibration !== undefined) args.push('--calibration', options.calibration);
  if (options.until !== undefined) args.push('--until', options.until);
  return JSON.parse(await runCli(args)) as Report;
}

/** What `tune` found, as its JSON has it. */
export interface Tuned {
  readonly baseline: { readonly accuracy: number };
  readonly best: { readonly accuracy: number; readonly cost: number; readonly lowered: number; readonly config: ConfigFile };
  readonly trials: readonly unknown[];
}

/** Tunes a model with the built command line, on the arrays of `data` and its labels. */
export async function tune(model: string, output: string, options: { readonly data: string; readonly labels: string; readonly calibration: string; readonly config: ConfigFile; readonly strategy: string }): Promise<Tuned> {
  const config = output.replace(/\.[^.]+$/, '.given.json');
  await writeFile(config, JSON.stringify(options.config));
  const { data, labels, calibration, strategy } = options;
  return JSON.parse(await runCli(['tune', model, '--output', output, '--force', '--json', '--config', config, '--data', data, '--labels', labels, '--calibration', calibration, '--strategy', strategy])) as Tuned;
}

/** Runs a model with the built command line; outputs go to the `.npz` `outputs`. */
export async function run(model: string, inputs: string, outputs: string): Promise<void> {
  await runCli(['run', model, '--inputs', inputs, '--outputs', outputs, '--force']);
}

function runCli(args: readonly string[]): Promise<string> {
  const cli = path.resolve('dist/cli.js');
  if (!existsSync(cli)) throw new Error(`${cli} is missing: run "npm run build".`);
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [cli, ...args], { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`mixed-precision ${args.slice(0, 2).join(' ')} exited with ${String(error.code)}: ${stderr.trim()}`));
    });
  });
}
