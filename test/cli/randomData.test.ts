import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readArrays } from '../../src/cli/arrays';
import { runCommandLine } from '../../src/cli/commandLine';
import { buildBytes, placeholder } from '../support/graphBuilder';
import { startTestKernels } from '../worker/kernels';

const CNN = resolve('media/samples/digits_cnn.pb');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-random-'));
});
afterAll(() => rm(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

async function call(...argv: string[]): Promise<{ code: number; out: string[]; error: string[] }> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runCommandLine(argv, { out: (line) => out.push(line), error: (line) => error.push(line), startKernels: startTestKernels });
  return { code, out, error };
}

it('writes the same inputs for the same seed, which the model runs on', async () => {
  const arrays = [];
  for (const [index, seed] of ['7', '7', '8'].entries()) {
    const { code, out, error } = await call('random-data', CNN, '-o', path(`${index}.npz`), '--samples', '3', '--seed', seed);
    expect({ code, out, notes: error.length }).toEqual({ code: 0, out: ['image  float32  [3, 8, 8, 1]'], notes: 1 });
    arrays.push((await readArrays(path(`${index}.npz`))).get('image')!);
  }
  expect(arrays[0]!.shape).toEqual([3, 8, 8, 1]);
  expect(arrays[1]).toEqual(arrays[0]);
  expect(arrays[2]).not.toEqual(arrays[0]);
  expect((await call('run', CNN, '--inputs', path('0.npz'), '--outputs', path('ran.npz'))).code).toBe(0);
  expect((await call('random-data', CNN, '--output', path('0.npz'))).error[0]).toMatch(/--force/);
});

it('asks for sizes that the model leaves open, and takes no others', async () => {
  const model = path('open.pb');
  await writeFile(model, buildBytes([placeholder('ids', 'int32', [-1, -1]), { name: 'y', op: 'Neg', inputs: ['ids'], attrs: { T: 'int32' } }]));
  const make = (...shapes: string[]) => call('random-data', model, '--output', path('ids.npz'), ...shapes);
  expect((await make()).error[0]).toContain('"ids" (int32) has sizes that the model leaves open (?x?). Say them with --shapes, such as --shapes ids:8x128');
  expect((await make('--shapes', 'ids:2x3x4')).error[0]).toContain('cannot have the shape 2x3x4');
  expect((await make('--shapes', 'words:2x3')).error[0]).toContain('The model has no input "words"');
  expect((await make('--shapes', 'ids 2')).code).toBe(2);
  expect((await make('--shapes', 'ids:2x5')).code).toBe(0);
  const ids = (await readArrays(path('ids.npz'))).get('ids')!;
  expect(ids.shape).toEqual([2, 5]);
  expect([...(ids.data as Int32Array)].every((value) => value === 0 || value === 1)).toBe(true);
});
