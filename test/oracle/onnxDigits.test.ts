// Trained models of real handwritten digits as ONNX models: accuracy after conversion, as onnxruntime measures it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from './convert';
import { OnnxJudge } from './onnxJudge';
import { pythonPath } from './judge';

const samples = resolve('media/samples');
const CALIBRATION = join(samples, 'digits_calibration.npz');
const TEST = { inputs: join(samples, 'digits_test.npz'), labels: 'label' };
/** 0.3 points: one of the 500 test images. */
const LARGEST_LOSS = 0.003;

const EMULATED = { use_bf16: true, onnx: { bf16: 'emulated' } };
const OBSERVERS = ['minmax', 'moving_average', 'percentile', 'kl', 'mse'].map((algorithm) =>
  [`INT8 by ${algorithm}`, { calibration: { data: CALIBRATION, algorithm } }, 'int8'] as const);
const CONFIGS = [
  ...OBSERVERS,
  ['emulated BF16', EMULATED, 'bf16'],
  ['emulated BF16 throughout', { ...EMULATED, bf16_ops: ['re:.*'] }, 'bf16'],
  ['INT8, else emulated BF16', { ...EMULATED, calibration: { data: CALIBRATION }, bf16_reward: 1 }, 'int8'],
] as const;

const judge = new OnnxJudge();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mixed-precision-onnx-digits-'));
  execFileSync(pythonPath(), [resolve('test/oracle/onnx_digits.py'), samples, folder], { stdio: 'ignore' });
}, 120_000);
afterAll(() => {
  judge.close();
  rmSync(folder, { recursive: true });
});

/** Accuracy as TensorFlow's models have it (train_tensorflow.py). */
const MODELS = [['cnn', 0.966], ['transformer', 0.952], ['gru', 0.978], ['scan', 0.978]] as const;

describe.each(MODELS)('digits_%s', (name, trained) => {
  const model = (): string => (name === 'cnn' ? join(samples, 'digits.onnx') : join(folder, `digits_${name}.onnx`));

  it('is as accurate as the trained model', async () => {
    expect(await judge.ask('accuracy', { ...TEST, model: model() })).toBeCloseTo(trained, 3);
  });

  it.each(CONFIGS)('keeps its accuracy as %s', async (_, config, precision) => {
    const converted = join(folder, 'converted.onnx');
    const report = await convert(model(), converted, { config });
    expect(report.phases.at(-1)!.precision[precision]).toBeGreaterThan(0);
    expect(await judge.ask('check', { model: converted })).toEqual({ checker: null, shapes: null });
    // With all its optimisations, onnxruntime's fused INT8 kernels saturate on CPUs without VNNI; at this level sums are exact.
    expect(await judge.ask('accuracy', { ...TEST, model: converted, level: 'basic' })).toBeGreaterThanOrEqual(trained - LARGEST_LOSS);
  });

  it('is accepted by onnx as native BF16', async () => {
    const converted = join(folder, 'converted.onnx');
    await convert(model(), converted, { config: { use_bf16: true } });
    expect(await judge.ask('check', { model: converted })).toEqual({ checker: null, shapes: null });
  });
});
