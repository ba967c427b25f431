import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundledCli } from './bundledCli';

const SAMPLES = resolve('media/samples');
const TRIALS = 6;

let folder = '';
let cli = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-'));
  cli = bundledCli();
  // Each candidate is measured, whether one met the criterion or not.
  await writeFile(join(folder, 'config.json'), JSON.stringify({ use_bf16: true, tuning: { strategy: 'random', max_trials: TRIALS, timeout: 600 } }));
});
afterAll(() => rm(folder, { recursive: true }));

function tune(name: string): ChildProcess {
  return spawn(process.execPath, [
    cli, 'tune', join(SAMPLES, 'digits_gru.pb'), '--data', join(SAMPLES, 'digits_test.npz'), '--labels', 'label', '--calibration', join(SAMPLES, 'digits_calibration.npz'),
    '--config', join(folder, 'config.json'), '--output', join(folder, `${name}.json`), '--json',
  ], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function resultOf(process_: ChildProcess): Promise<{ trials: { seconds: number }[] }> {
  let out = '';
  process_.stdout!.setEncoding('utf8').on('data', (text: string) => (out += text));
  await once(process_, 'close');
  return JSON.parse(out) as { trials: { seconds: number }[] };
}

const measured = (name: string): string[] => {
  const journal = join(folder, `${name}.trials.jsonl`);
  return existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').filter((line) => line.includes('"measure') && line.endsWith('}')) : [];
};

it('goes on after its process was killed, to the same result', async () => {
  const killed = tune('killed');
  while (measured('killed').length < 2) await new Promise((wait) => setTimeout(wait, 20));
  killed.kill('SIGKILL');
  await once(killed, 'close');
  expect(existsSync(join(folder, 'killed.json'))).toBe(false);
  const before = measured('killed');
  expect(before.length).toBeLessThan(TRIALS);

  const resumed = await resultOf(tune('killed'));
  expect(measured('killed').slice(0, before.length)).toEqual(before);
  expect(resumed.trials).toHaveLength(TRIALS);
  const tasks = measured('killed').map((line) => (JSON.parse(line) as { task: string }).task);
  expect(new Set(tasks).size).toBe(tasks.length);

  const whole = await resultOf(tune('whole'));
  const timeless = ({ trials, ...rest }: typeof whole) => ({ ...rest, trials: trials.map((trial) => ({ ...trial, seconds: 0 })) });
  expect(timeless(resumed)).toEqual(timeless(whole));
  expect(await readFile(join(folder, 'killed.json'), 'utf8')).toBe(await readFile(join(folder, 'whole.json'), 'utf8'));
});
