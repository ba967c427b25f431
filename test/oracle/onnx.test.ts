import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_PROGRESS, type KernelRunner } from '../../src/engine/host';
import { createConversion } from '../../src/engine/pipeline';
import { nodeHost } from '../../src/worker/nodeHost';
import { writeNpz } from '../../src/engine/data/npz';
import { buildOnnx } from '../support/onnxBuilder';
import { WITH_BODIES, withCalls } from '../support/onnxBodies';
import { startTestKernels } from '../worker/kernels';
import { OnnxJudge } from './onnxJudge';

const MODEL = resolve('media/samples/digits.onnx');
const DATA = resolve('media/samples/digits_test.npz');
const CALIBRATION = resolve('media/samples/digits_calibration.npz');

let folder: string;
let kernels: KernelRunner;
const judge = new OnnxJudge();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mixed-precision-onnx-'));
  kernels = await startTestKernels();
});
afterAll(async () => {
  judge.close();
  await kernels.close();
  rmSync(folder, { recursive: true });
});

async function convert(config: object, phases = 3, model = MODEL): Promise<string> {
  const conversion = createConversion(nodeHost(NO_PROGRESS, () => Promise.resolve({ ...kernels, close: () => Promise.resolve() })));
  await conversion.open(model, { text: JSON.stringify(config), path: join(folder, 'config.json') });
  for (let phase = 0; phase < phases; phase++) await conversion.runPhase();
  const written = join(folder, 'converted.onnx');
  await conversion.save(written, true);
  return written;
}

const INT8 = { calibration: { data: CALIBRATION } };
const configs: [string, object, number][] = [
  ['INT8', INT8, 30],
  ['INT8 with one scale per weight', { ...INT8, quantization: { weight_granularity: 'per_tensor' } }, 25],
  ['INT8 for CPUs without VNNI', { ...INT8, target_isa: 'avx2' }, 30],
  ['INT8 with percentile ranges', { calibration: { data: CALIBRATION, algorithm: 'percentile' } }, 20],
  ['emulated BF16', { use_bf16: true, onnx: { bf16: 'emulated' } }, 35],
  ['INT8 and emulated BF16', { ...INT8, use_bf16: true, op_type_dict: { Gemm: 'bf16' }, onnx: { bf16: 'emulated' } }, 30],
];

/** With all its optimisations onnxruntime runs INT8 kernels, which saturate on CPUs without VNNI unless weights have 7 bits; at the basic level sums are exact. */
const LEAST_SQNR_OF_KERNELS = 10;
const levels = (least: number, config: object) => [['basic', least], ['all', 'calibration' in config && !('target_isa' in config) ? LEAST_SQNR_OF_KERNELS : least]] as const;

describe('the digits model', () => {
  it.each(configs)('as %s is accepted by onnx and runs in onnxruntime, close to the original', async (_, config, leastSqnr) => {
    const converted = await convert(config);
    expect(await judge.ask('check', { model: converted })).toEqual({ checker: null, shapes: null });
    for (const [level, least] of levels(leastSqnr, config)) {
      const compared = await judge.ask('compare', { original: MODEL, converted, inputs: DATA, level });
      expect(compared).toHaveProperty('outputs');
      const [[name, difference]] = Object.entries((compared as { outputs: Record<string, { sqnrDb: number }> }).outputs) as [[string, { sqnrDb: number }]];
      expect(name).toBe('Identity');
      expect(difference.sqnrDb).toBeGreaterThan(least);
    }
  });

  it.each([1, 2, 3])('as native BF16 is accepted by onnx after phase %d', async (phases) => {
    expect(await judge.ask('check', { model: await convert({ use_bf16: true, bf16_ops: ['Conv', 'Gemm', 'Add', 'Clip', 'BatchNormalization', 'GlobalAveragePool', 'Softmax'] }, phases) }))
      .toEqual({ checker: null, shapes: null });
  });

  it('comes out equal when nothing is converted', async () => {
    const compared = await judge.ask('compare', { original: MODEL, converted: await convert({}, 0), inputs: DATA });
    expect(compared).toEqual({ outputs: { Identity: { equal: true } } });
  });
});

const inside: [string, Uint8Array][] = [...Object.entries(WITH_BODIES).map(([name, spec]): [string, Uint8Array] => [name, buildOnnx(spec)]), ['functions', withCalls(buildOnnx)]];

describe.each(inside)('a model with ops in the graphs of %s', (name, bytes) => {
  const files = (): { model: string; data: string } => {
    const [model, data] = [join(folder, `${name}.onnx`), join(folder, `${name}.npz`)];
    writeFileSync(model, bytes);
    writeFileSync(data, writeNpz(new Map([
      ['x', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(0.4, -1.2, 0.7, 2.1) }], ['condition', { dtype: 'bool', shape: [], data: Uint8Array.of(1) }],
    ])));
    return { model, data };
  };

  it.each([['emulated BF16', { use_bf16: true, onnx: { bf16: 'emulated' } }, 30], ['INT8', { calibration: { data: `${name}.npz` } }, 20]])(
    'as %s is accepted by onnx and runs in onnxruntime, close to the original', async (_, config, leastSqnr) => {
      const { model, data } = files();
      const converted = await convert(config, 3, model);
      expect(await judge.ask('check', { model: converted })).toEqual({ checker: null, shapes: null });
      for (const [level, least] of levels(leastSqnr, config)) {
        const compared = await judge.ask('compare', { original: model, converted, inputs: data, level });
        expect(compared).toHaveProperty('outputs.y');
        for (const [output, difference] of Object.entries((compared as { outputs: Record<string, { equal: boolean; sqnrDb?: number }> }).outputs)) {
          if (output !== 'c') expect(difference.sqnrDb, output).toBeGreaterThan(least);
        }
      }
    });

  it.each([1, 2, 3])('as native BF16 is accepted by onnx after phase %d', async (phases) => {
    expect(await judge.ask('check', { model: await convert({ use_bf16: true }, phases, files().model) })).toEqual({ checker: null, shapes: null });
  });
});
