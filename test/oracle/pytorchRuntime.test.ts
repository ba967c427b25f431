import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrate } from '../../src/engine/calibration/calibrate';
import { pytorchDialect } from '../../src/engine/formats/pytorch/dialect';
import { valueKey, type ValueRef } from '../../src/engine/graph/graph';
import type { Tensor } from '../../src/engine/graph/tensor';
import { NO_PROGRESS, type KernelRunner } from '../../src/engine/host';
import { concatenated } from '../../src/engine/runtime/stridedCopy';
import { startTestKernels } from '../worker/kernels';
import { compareValues, readRecording, type Recording } from './exportedValues';
import { pythonPath } from './judge';

/** Each also after run_decompositions(): the ops then are others. */
const NETWORKS = ['digits', 'residual', 'encoder', 'lstm', 'gru', 'unet'];
/** In BF16, whose values torch rounds where we do on CPUs with BF16 instructions; on others its sums round inside, too. */
const ROUNDED = ['digits@bf16', 'residual@bf16', 'encoder@bf16'];
/** Whose kernels in torch also round inside. */
const ROUNDED_INSIDE = ['lstm@bf16', 'gru@bf16'];

/** These run where the Python has torch. */
function hasTorch(): boolean {
  const { status } = spawnSync(pythonPath(), ['-c', 'import torch']);
  if (status !== 0) console.warn(`no torch in ${pythonPath()}: exported programs are not compared with it`);
  return status === 0;
}

const runs = hasTorch();
const folder = mkdtempSync(path.join(tmpdir(), 'exported-'));
let kernels: KernelRunner;

beforeAll(async () => {
  if (!runs) return;
  kernels = await startTestKernels();
  const names = [...NETWORKS, ...NETWORKS.map((name) => `${name}@core`), ...ROUNDED, ...ROUNDED_INSIDE];
  execFileSync(pythonPath(), [path.resolve('test/oracle/pytorch_models.py'), folder, ...names], { stdio: ['ignore', 'ignore', 'inherit'] });
}, 300_000);
afterAll(async () => {
  if (runs) await kernels.close();
  rmSync(folder, { recursive: true });
});

const recording = (name: string): Promise<Recording> => readRecording(path.join(folder, name));
const worstOf = async (name: string): Promise<number> => {
  const { values, worst } = await compareValues(await recording(name), kernels);
  expect(values).toBeGreaterThan(3);
  return worst.error;
};

describe.runIf(runs)('exported programs give the values torch gives', () => {
  it.each(NETWORKS.flatMap((name) => [name, `${name}@core`]))('%s', async (name) => {
    expect(await worstOf(name)).toBeLessThan(2e-6);
  });

  it.each(ROUNDED)('%s, to a few units in the last place at most', async (name) => {
    expect(await worstOf(name)).toBeLessThan(4 * 2 ** -8);
  });

  it.each(ROUNDED_INSIDE)('%s, to a few units in the last place', async (name) => {
    expect(await worstOf(name)).toBeLessThan(4 * 2 ** -8);
  });
});

describe.runIf(runs)('calibration of exported programs', () => {
  /** Ranges of all float values of a recording, on its inputs `change`d. */
  async function ranges(name: string, change: (tensor: Tensor) => Tensor): Promise<[found: number[], expected: number[]][]> {
    const { graph, feeds, expected } = await recording(name);
    const computed = [...expected].filter(([, { dtype }]) => dtype === 'float32');
    const values = computed.map(([key]): ValueRef => ({ node: key.slice(0, key.lastIndexOf(':')), output: Number(key.slice(key.lastIndexOf(':') + 1)) }));
    const data = new Map(graph.inputs.map((input) => [input.name, change(feeds.get(valueKey(input.value))!)]));
    const found = await calibrate({
      graph, dialect: pytorchDialect, values, data, samplingSize: 100, algorithm: 'minmax', kernels, progress: NO_PROGRESS,
    });
    return computed.filter(([key]) => found.has(key)).map(([key, { data: numbers }]) => {
      const { min, max } = found.get(key)!;
      return [[min, max], [Math.min(...numbers as Float32Array), Math.max(...numbers as Float32Array)]];
    });
  }

  function expectClose(pairs: readonly [found: number[], expected: number[]][]): void {
    expect(pairs.length).toBeGreaterThan(2);
    for (const [found, expected] of pairs) found.forEach((bound, index) => expect(bound).toBeCloseTo(expected[index]!, 5));
  }

  it('takes any number of samples where the batch is dynamic', async () => {
    const repeated = (x: Tensor): Tensor => concatenated(Array.from({ length: 20 }, () => x), 0);
    expectClose(await ranges('digits', repeated));
  });

  it('runs batches of the size the program fixes', async () => {
    expectClose(await ranges('lstm', (x) => concatenated([x, x], 0)));
    await expect(ranges('lstm', (x) => concatenated([x, x, { ...x, shape: [1, ...x.shape.slice(1)] }], 0))).rejects.toMatchObject({
      message: 'The data for the input "x" has 5 samples, the model takes batches of 2', place: { hint: 'Give a multiple of 2 samples' },
    });
  });
});
