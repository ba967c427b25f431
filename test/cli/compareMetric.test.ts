import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundledCli } from './bundledCli';

const MODEL = resolve('media/samples/digits_cnn.pb');
const DATA = resolve('media/samples/digits_test.npz');

let folder = '';
let cli = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-'));
  cli = bundledCli();
});
afterAll(() => rm(folder, { recursive: true }));

function compare(...more: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [cli, 'compare', MODEL, MODEL, '--inputs', DATA, '--labels', 'label', ...more], { encoding: 'utf8' });
}

it('judges by a metric of the user’s own', async () => {
  const metric = join(folder, 'errors.mjs');
  // How many of the 500 samples are wrong.
  await writeFile(metric, `export const greaterIsBetter = false;
    export default function (outputs, labels) {
      const [{ data, shape: [rows, columns] }] = Object.values(outputs);
      const best = (row) => { const scores = data.subarray(row * columns, (row + 1) * columns); return scores.indexOf(Math.max(...scores)); };
      return Array.from({ length: rows }, (_, row) => Number(best(row) !== Number(labels.data[row]))).reduce((sum, wrong) => sum + wrong, 0);
    }`);
  const { accuracy } = JSON.parse(compare('--metric', metric, '--json').stdout) as { accuracy: object };
  expect(accuracy).toEqual({ metric: 'errors.mjs', original: 17, converted: 17 });
  expect(compare('--metric', metric).stdout.split('\n')[2]).toBe('errors.mjs  original 17  converted 17');
});

it('says what is wrong with such a metric', async () => {
  const metric = join(folder, 'broken.mjs');
  await writeFile(metric, 'export default (outputs) => outputs.none.data[0];\n');
  const { status, stderr } = compare('--metric', metric);
  expect(status).toBe(1);
  expect(stderr).toMatch(/broken\.mjs: line 1: TypeError/);
});
