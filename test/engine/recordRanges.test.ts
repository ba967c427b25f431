import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRanges } from '../../src/engine/calibration/rangesFile';
import { CancelledError } from '../../src/engine/errors';
import type { KernelRunner } from '../../src/engine/host';
import { type Conversion, createConversion } from '../../src/engine/pipeline';
import { nodeHost } from '../../src/worker/nodeHost';
import { startTestKernels } from '../worker/kernels';

let folder = '';
let kernels: KernelRunner;
/** Runs of kernels so far. */
let runs = 0;
let cancelled = false;
const messages: string[] = [];
const progress = {
  report: (message: string): void => void messages.push(message),
  throwIfCancelled: (): void => {
    if (cancelled) throw new CancelledError();
  },
};
const open: Conversion[] = [];
const conversionOf = (): Conversion => {
  const counted = { ...kernels, run: (...args: Parameters<KernelRunner['run']>) => (runs++, kernels.run(...args)), close: () => Promise.resolve() };
  const conversion = createConversion(nodeHost(progress, () => Promise.resolve(counted)));
  open.push(conversion);
  return conversion;
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-'));
  kernels = await startTestKernels();
});
afterAll(async () => {
  await Promise.all(open.map((conversion) => conversion.close()));
  await kernels.close();
  await rm(folder, { recursive: true });
});

const sample = (name: string): string => resolve('media/samples', name);
const config = (content: object, calibration?: string): { text: string; path: string; calibration?: string } =>
  ({ text: JSON.stringify(content), path: join(folder, 'config.json'), ...(calibration === undefined ? {} : { calibration }) });

describe.each([
  ['TensorFlow', 'digits_cnn.pb', 'digits_calibration.npz'],
  ['ONNX', 'digits.onnx', 'digits_calibration.npz'],
  ['PyTorch', 'digits_pytorch.pt2', 'digits_pytorch_calibration.npz'],
])('recorded ranges of a model of %s', (_, model, data) => {
  const saved = async (conversion: Conversion): Promise<Buffer> => {
    const file = join(folder, `converted-${model}`);
    await conversion.save(file, true);
    return readFile(file);
  };

  it('are named after the opened model, and give the file that the data gives, without a run', async () => {
    const recording = conversionOf();
    await recording.open(sample(model), config({ calibration: { algorithm: 'kl' } }, sample(data)));
    const text = await recording.recordRanges();
    const ranges = readRanges(text);
    expect(ranges.size).toBeGreaterThan(5);
    const { nodes } = recording.graph;
    for (const key of ranges.keys()) expect(nodes.has(key.slice(0, key.lastIndexOf(':')))).toBe(true);
    const before = runs;
    await recording.runPhase();
    expect(runs).toBe(before);

    await writeFile(join(folder, 'ranges.json'), text);
    const reading = conversionOf();
    await reading.open(sample(model), config({ calibration: { ranges: 'ranges.json' } }));
    await reading.runPhase();
    expect(runs).toBe(before);
    expect(await saved(reading)).toEqual(await saved(recording));
  });

  it('serve a config that makes other ops INT8', async () => {
    const recording = conversionOf();
    await recording.open(sample(model), config({ op_name_dict: { '.*': 'fp32' } }, sample(data)));
    await writeFile(join(folder, 'ranges.json'), await recording.recordRanges());
    const results = await Promise.all([config({}, sample(data)), config({ calibration: { ranges: 'ranges.json' } })].map(async (source) => {
      const conversion = conversionOf();
      await conversion.open(sample(model), source);
      await conversion.runPhase();
      const { phases, warnings } = await conversion.report();
      return { precision: phases.at(-1)!.precision, warnings };
    }));
    expect(results[0]!.precision.int8).toBeGreaterThan(5);
    expect(results[1]).toEqual(results[0]);
  });
});

describe('recording ranges', () => {
  it('needs data, also where ranges are there', async () => {
    const conversion = conversionOf();
    await conversion.open(sample('digits_cnn.pb'), config({ calibration: { ranges: 'ranges.json' } }));
    await expect(conversion.recordRanges()).rejects.toThrow('Ranges are recorded by running the model on calibration data, and there is none');
  });

  it('tells how many samples have run, and stops when it is cancelled', async () => {
    const conversion = conversionOf();
    await conversion.open(sample('digits_cnn.pb'), config({}, sample('digits_calibration.npz')));
    messages.length = 0;
    await conversion.recordRanges();
    expect(messages.flatMap((message) => /^Calibrating: samples \d+ to \d+ of \d+/.exec(message) ?? [])).toEqual([
      'Calibrating: samples 1 to 32 of 100', 'Calibrating: samples 33 to 64 of 100', 'Calibrating: samples 65 to 96 of 100', 'Calibrating: samples 97 to 100 of 100',
    ]);
    const other = conversionOf();
    await other.open(sample('digits_cnn.pb'), config({ calibration: { algorithm: 'mse' } }, sample('digits_calibration.npz')));
    const recorded = other.recordRanges();
    const failed = expect(recorded).rejects.toThrow(CancelledError);
    cancelled = true;
    await failed;
    cancelled = false;
    expect(readRanges(await other.recordRanges()).size).toBeGreaterThan(5);
  });
});
