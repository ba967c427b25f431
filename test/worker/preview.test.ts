import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeNpz } from '../../src/engine/data/npz';
import { CancelledError } from '../../src/engine/errors';
import { EngineClient } from '../../src/worker/engineClient';
import { tensor } from '../support/graphBuilder';
import { bundledKernels } from './kernels';

/** So many that calibration takes much longer than a preview. */
const SAMPLES = 60_000;

const progress: string[] = [];
let engine: EngineClient;
let calibration: string;

beforeAll(async () => {
  // Beside the kernels, as they are installed; the folder goes with them.
  const folder = bundledKernels();
  const outfile = join(folder, 'engineWorker.js');
  await build({
    entryPoints: ['src/worker/engineWorker.ts'], outfile, bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], logLevel: 'error',
  });
  calibration = join(folder, 'samples.npz');
  writeFileSync(calibration, writeNpz(new Map([['image', tensor('float32', [SAMPLES, 8, 8, 1], [0, 0.5, 1])]])));
  engine = new EngineClient(outfile, { onProgress: (message) => progress.push(message), onStopped: () => {} }, 'views');
});
afterAll(async () => {
  engine.dispose();
  await engine.ended;
});

it('is answered while calibration runs, and does not end it nor end with it', async () => {
  const source = { text: JSON.stringify({ use_bf16: true, calibration: { sampling_size: SAMPLES } }), path: undefined, calibration };
  await engine.call('open', resolve('media/samples/digits_cnn.pb'), source);
  const outcome = await engine.call('preview', source);
  expect(outcome).toMatchObject({ assumesRanges: true });
  const phase = engine.call('runPhase');
  let hasEnded = false;
  phase.then(() => (hasEnded = true), () => (hasEnded = true));
  while (!progress.some((message) => message.startsWith('Calibrating'))) await new Promise((done) => setTimeout(done, 5));

  expect(await engine.call('preview', source)).toEqual(outcome);
  expect(await engine.call('find', { pattern: '.*conv.*' })).not.toHaveLength(0);
  expect((await engine.call('describeData', calibration)).samples).toBe(SAMPLES);
  expect(hasEnded).toBe(false);

  engine.cancel();
  const after = engine.call('preview', source);
  await expect(phase).rejects.toBeInstanceOf(CancelledError);
  expect(await after).toEqual(outcome);
});
