// Trained models of real handwritten digits: accuracy after conversion, as TensorFlow measures it.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildGraph, compareInTensorFlow, convertSubject, expectSameResults, expectWellFormed, judges, workFolder, type Subject } from './cases';
import { convert, type ConfigFile, tune } from './convert';
import type { Model } from './model';

const samples = path.resolve('media/samples');
const CALIBRATION = path.join(samples, 'digits_calibration.npz');
/** The largest loss of top-1 accuracy, as a fraction: 0.4 points, which is two of the 500 test images. */
const LARGEST_LOSS = 0.004;

const digits = (name: string): Subject => ({
  model: path.join(samples, `${name}.pb`),
  inputs: path.join(samples, 'digits_test.npz'),
  feeds: ['image'],
  outputs: ['Identity'],
});

async function convertAndJudge(name: string, config: ConfigFile | undefined, calibrate: boolean) {
  const converted = await convertSubject(digits(name), { config, ...(calibrate ? { calibration: CALIBRATION } : {}) });
  expectWellFormed(converted);
  for (const { accuracy } of await compareInTensorFlow(converted, 'label')) {
    expect(accuracy?.converted).toBeGreaterThanOrEqual((accuracy?.original ?? 1) - LARGEST_LOSS - 1e-9);
  }
  return converted;
}

describe.each(['digits_cnn', 'digits_transformer'])('%s', (name) => {
  it('keeps its accuracy in INT8 and BF16', async () => {
    const { report, model } = await convertAndJudge(name, { use_bf16: true, bf16_reward: 2 }, true);
    expect(report.phases.map(({ phase }) => phase)).toEqual(['quantize', 'bf16', 'optimize']);
    expect(report.phases.at(-1)?.precision.int8).toBeGreaterThan(5);
    expect(report.phases.at(-1)?.precision.bf16).toBeGreaterThan(0);
    expect(model.bf16Ops.length).toBeGreaterThan(0);
  });

  it('keeps its accuracy in INT8, with no BF16 unless asked', async () => {
    for (const config of [undefined, { use_bf16: false, bf16_ops: ['re:.*'] }]) {
      const { model, report } = await convertAndJudge(name, config, true);
      expect(model.bf16Nodes).toEqual([]);
      expect(report.phases.every(({ precision }) => precision.bf16 === 0)).toBe(true);
    }
  });

  it('keeps its accuracy in INT8 kernels of oneDNN', async () => {
    const { model } = await convertAndJudge(name, { quantization: { form: 'fused' } }, true);
    expect(model.ofOp('_FusedQuantizedConv2D', '_QuantizedMatMul').length).toBeGreaterThan(2);
    expect(model.ofOp('Conv2D')).toEqual([]);
  });

  it('keeps its accuracy in BF16 throughout', async () => {
    const { model } = await convertAndJudge(name, { use_bf16: true, bf16_ops: ['re:.*'] }, false);
    expect(model.ofOp('QuantizeV2', 'Dequantize')).toEqual([]);
    expect(model.casts).toEqual(['bfloat16->float32', 'float32->bfloat16']);
  });
});

describe('BF16 beside INT8', () => {
  it('is said to be none where no op is worth its Casts', async () => {
    const { report, model } = await convertAndJudge('digits_cnn', { use_bf16: true }, true);
    expect(model.casts).toEqual([]);
    expect(report.warnings.map(({ message }) => message).join()).toMatch(/ops that became BF16 returned to FP32/);
  });

  it('is what the products of attention compute in, which stay out of INT8', async () => {
    const { model } = await convertAndJudge('digits_transformer', { use_bf16: true }, true);
    expect(model.ofOp('Einsum').map(({ attributes }) => attributes['T'])).toEqual(['bfloat16', 'bfloat16', 'bfloat16', 'bfloat16']);
    expect(model.ofOp('BatchMatMulV2', 'MatMul').map(({ attributes }) => attributes['T'])).not.toContain('bfloat16');
  });
});

describe.each(['minmax', 'moving_average', 'percentile', 'kl', 'mse'])('ranges by %s', (algorithm) => {
  it.each(['digits_cnn', 'digits_transformer', 'digits_gru'])('keep the accuracy of %s', async (name) => {
    for (const use_bf16 of [false, true]) {
      const converted = await convertSubject(digits(name), { config: { use_bf16, calibration: { algorithm } }, calibration: CALIBRATION });
      for (const { accuracy } of await compareInTensorFlow(converted, 'label')) {
        // 0.3 points are one of the 500 images.
        expect(accuracy?.converted).toBeGreaterThanOrEqual((accuracy?.original ?? 1) - 0.003);
      }
    }
  });
});

describe('digits_gru', () => {
  const inLoop = (model: Model) => model.ofOp('MatMul').filter(({ name }) => name.includes('while'));

  it('computes in BF16 inside its loop, and keeps its accuracy', async () => {
    const { model } = await convertAndJudge('digits_gru', { use_bf16: true }, false);
    expect(inLoop(model).map(({ attributes }) => attributes['T'])).toEqual(['bfloat16', 'bfloat16']);
  });

  it.each([false, true])('computes in INT8 inside its loop where it is calibrated, and keeps its accuracy: BF16 beside it %s', async (use_bf16) => {
    const { model } = await convertAndJudge('digits_gru', { use_bf16 }, true);
    expect(inLoop(model).flatMap((node) => [0, 1].map((input) => model.producer(node, input).op))).toEqual(['Dequantize', 'Dequantize', 'Dequantize', 'Dequantize']);
  });

  it('is BF16 from its input to its output with every op asked to be', async () => {
    const { model } = await convertAndJudge('digits_gru', { use_bf16: true, bf16_ops: ['re:.*'] }, false);
    expect(model.casts).toEqual(['bfloat16->float32', 'float32->bfloat16']);
  });
});

describe.each([['digits_cnn', 'basic'], ['digits_cnn', 'pareto'], ['digits_transformer', 'basic'], ['digits_gru', 'pareto']])('tuning %s by %s', (name, strategy) => {
  it('lowers nearly all of the arithmetic that can be, at an accuracy that TensorFlow measures too', async () => {
    const subject = digits(name);
    const options = { data: subject.inputs, labels: 'label', calibration: CALIBRATION, config: { use_bf16: true }, strategy };
    const { baseline, best } = await tune(subject.model, path.join(workFolder, `${name}.tuned.json`), options);
    expect(best.lowered).toBeGreaterThanOrEqual(0.9);
    expect(best.accuracy).toBeGreaterThanOrEqual(0.99 * baseline.accuracy);
    // Its paths begin where the config was written.
    const converted = await convertSubject(subject, { config: { ...best.config, calibration: {} }, calibration: CALIBRATION });
    for (const { accuracy } of await compareInTensorFlow(converted, 'label')) {
      expect(accuracy?.original).toBe(baseline.accuracy);
      expect(Math.abs((accuracy?.converted ?? 0) - best.accuracy)).toBeLessThanOrEqual(LARGEST_LOSS);
    }
  });
});

describe('text format', () => {
  it('reads and writes .pbtxt: the same model as from .pb', async () => {
    const subject = digits('digits_cnn');
    const [text, fromText, fromBinary] = ['digits_cnn.pbtxt', 'from-text.pbtxt', 'from-binary.pb'].map((name) => path.join(workFolder, name)) as [string, string, string];
    await judges[0]!.ask('to_text', { model: subject.model, target: text });
    const config = { use_bf16: true, bf16_ops: ['re:.*'] };
    await convert(text, fromText, { config });
    await convert(subject.model, fromBinary, { config });
    expect(await judges[0]!.ask('equal', { first: fromBinary, second: fromText })).toEqual({ equal: true });
  });
});

describe('each phase', () => {
  it.each(['quantize', 'bf16', 'optimize'] as const)('leaves a graph that runs: until %s', async (until) => {
    const converted = await convertSubject(digits('digits_cnn'), { config: { use_bf16: true }, calibration: CALIBRATION, until });
    expect(converted.report.phases.at(-1)?.phase).toBe(until);
    await expectSameResults(converted, 0.1);
  });

  it('converts a file that was converted before', async () => {
    const config = { use_bf16: true, bf16_ops: ['re:.*'] };
    const once = await convertSubject(await buildGraph('convnet'), { config });
    const twice = await convertSubject({ ...once.subject, model: once.path }, { config });
    expect(twice.model.nodes.length).toBe(once.model.nodes.length);
    expect(twice.report.casts.inserted - twice.report.casts.folded).toBeLessThanOrEqual(0);
    await expectSameResults(twice);
  });
});
