import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Config, PhaseName, Progress, Quantization, QuantizationOptions } from '../../src/api';
import { graphFromBytes } from '../../src/engine/formats/tensorflow/read';
import { NO_PROGRESS } from '../../src/engine/host';
import { buildBytes, placeholder } from '../support/graphBuilder';
import { buildInto, importFrom, temporaryFolder } from './built';

const SAMPLES = resolve('media/samples');
const PHASES: readonly PhaseName[] = ['quantize', 'bf16', 'optimize'];

const folder = temporaryFolder();
let api: Awaited<ReturnType<typeof importFrom>>;
beforeAll(async () => {
  buildInto(join(folder, 'dist'));
  api = await importFrom(join(folder, 'dist'));
});

const opened: Quantization[] = [];
afterEach(async () => {
  for (const quantization of opened.splice(0)) await quantization.close();
});

function open(config?: Config, options: QuantizationOptions = { directory: SAMPLES }): Quantization {
  const quantization = new api.Quantization(config, options);
  opened.push(quantization);
  return quantization;
}

/** What the sample is converted with. */
function mixedConfig(): Config {
  const config = api.defaultConfig();
  config.use_bf16 = true;
  config.op_type_dict.DepthwiseConv2dNative = 'bf16';
  config.calibration.data = 'digits_calibration.npz';
  return config;
}

async function converted(quantization = open(mixedConfig())): Promise<Quantization> {
  await quantization.load('digits_cnn.pb');
  await quantization.run();
  return quantization;
}

/** One for all tests that change nothing about it. */
let shared: Promise<Quantization> | undefined;
async function sharedConverted(): Promise<Quantization> {
  return (shared ??= converted(new api.Quantization(mixedConfig(), { directory: SAMPLES })));
}
afterAll(async () => (await shared)?.close());

/** A chain of ops that takes a while to read. */
async function longModel(): Promise<string> {
  const file = join(folder, 'long.pb');
  const chain = Array.from({ length: 50_000 }, (_, i) => ({ name: `relu_${i}`, op: 'Relu', inputs: [i === 0 ? 'x' : `relu_${i - 1}`], attrs: { T: 'float32' } }));
  if (!existsSync(file)) await writeFile(file, buildBytes([placeholder('x', 'float32', [1]), ...chain]));
  return file;
}

describe('a conversion', () => {
  it('goes phase by phase, and says what each made', async () => {
    const quantization = open(mixedConfig());
    const plan = await quantization.load('digits_cnn.pb');
    expect(quantization.model).toEqual({ format: 'TensorFlow GraphDef', nodes: 144, inputs: ['image'], outputs: ['Identity'] });
    expect(plan.opTypes.find(({ op }) => op === 'DepthwiseConv2dNative')).toEqual({
      op: 'DepthwiseConv2dNative', count: 1, capability: ['int8', 'bf16'], planned: { fp32: 0, bf16: 1, int8: 0, other: 0 },
    });
    expect(quantization.snapshots).toEqual([]);

    for (const phase of PHASES) {
      const snapshot = await quantization.runPhase();
      expect(snapshot.phase).toBe(phase);
      expect(await quantization.changes(phase)).toHaveLength(snapshot.changes);
    }
    await expect(quantization.runPhase()).rejects.toThrow('All phases have run');
    const [quantized, converted, optimized] = quantization.snapshots;
    expect(quantized!.precision).toMatchObject({ bf16: 0 });
    expect(quantized!.quantizes).toBeGreaterThan(0);
    expect(converted!.precision.bf16).toBeGreaterThan(0);
    expect(optimized!.casts).toBeLessThan(converted!.casts);
    expect(optimized!.precision.int8).toBeGreaterThan(0);
    expect(await quantization.report()).toMatchObject({ phases: quantization.snapshots, model: quantization.model, casts: { remaining: optimized!.casts } });
  });

  it('names in its changes what the written file holds', async () => {
    const quantization = await sharedConverted();
    const nodes = new Set(names(await readFile(join(SAMPLES, 'digits_cnn.pb'))));
    for (const phase of PHASES) {
      for (const { added, removed, changed, rule, reason } of await quantization.changes(phase)) {
        expect(rule).toMatch(/^[a-z0-9-]+$/);
        expect(reason.length).toBeGreaterThan(10);
        for (const name of changed) expect(nodes).toContain(name);
        for (const name of removed) expect(nodes.delete(name), name).toBe(true);
        for (const name of added) nodes.add(name);
      }
    }
    const file = join(folder, 'converted.pb');
    await quantization.save(file);
    expect(names(await readFile(file)).sort()).toEqual([...nodes].sort());
  });

  it('is written over a file only where that is allowed', async () => {
    const quantization = await sharedConverted();
    const file = join(folder, 'there.pb');
    await writeFile(file, 'mine');
    await expect(quantization.save(file)).rejects.toMatchObject({ name: 'UserError', place: { file } });
    expect(await readFile(file, 'utf8')).toBe('mine');
    await quantization.save(file, { overwrite: true });
    expect(names(await readFile(file))).toContain('image');
  });

  it('tells how far it is', async () => {
    const progress: Progress[] = [];
    const quantization = open(mixedConfig(), { directory: SAMPLES, onProgress: (now) => progress.push(now) });
    await quantization.load('digits_cnn.pb');
    expect(progress[0]).toEqual({ message: 'Reading the model' });
  });
});

describe('details', () => {
  it('are those of a node of the model, by its name', async () => {
    const quantization = await sharedConverted();
    const details = await quantization.details('digits_cnn_1/depthwise_conv2d_1/depthwise');
    expect(details).toMatchObject({ op: 'DepthwiseConv2dNative', precision: 'bf16', why: { configKey: 'op_type_dict.DepthwiseConv2dNative' } });
    expect(details.outputs[0]).toMatchObject({ dtype: 'bfloat16', shape: expect.stringContaining('×') as string });
    expect(details.attributes).toMatchObject({ T: 'bfloat16' });
    expect(details.changes.map(({ phase }) => phase)).toContain('bf16');
    expect(Object.keys(details)).not.toContain('id');
    const { inputs } = await quantization.details('digits_cnn_1/conv2d_2_1/convolution');
    expect(inputs[0]!.range!.min).toBeLessThan(inputs[0]!.range!.max);
  });

  it('are those of what conversion added, and of what it removed', async () => {
    const quantization = await sharedConverted();
    const changes = await quantization.changes('bf16');
    const cast = changes.flatMap(({ added }) => added).find((name) => name.includes('to_bfloat16'))!;
    expect(await quantization.details(cast)).toMatchObject({ name: cast, op: 'Cast' });
    const removed = (await quantization.changes('quantize')).flatMap((change) => change.removed)[0]!;
    expect(await quantization.details(removed)).toMatchObject({ name: removed, precision: undefined });
  });

  it('of an unknown node are refused', async () => {
    const quantization = await sharedConverted();
    await expect(quantization.details('conv/none')).rejects.toMatchObject({ name: 'UserError', place: { node: 'conv/none' } });
  });
});

describe('another config', () => {
  it('is tried without any effect, and then gives what it promised', async () => {
    const quantization = await converted();
    const before = quantization.snapshots;
    const config = quantization.config;
    config.op_type_dict.Conv2D = 'bf16';
    const outcome = await quantization.preview(config);
    expect(quantization.snapshots).toEqual(before);
    expect(quantization.config.op_type_dict).toEqual({ DepthwiseConv2dNative: 'bf16' });

    await quantization.setConfig(config);
    expect(quantization.config).toEqual(config);
    expect(quantization.snapshots).toEqual([]);
    await quantization.run();
    const { phases, casts } = await quantization.report();
    expect(outcome).toEqual({ precision: phases[2]!.precision, casts, assumesRanges: false });
    expect(outcome.precision).not.toEqual(before[2]!.precision);
  });

  it('keeps the phases it does not affect', async () => {
    const quantization = await converted();
    const before = quantization.snapshots;
    await quantization.setConfig({ ...quantization.config, cast_placement: 'none' });
    expect(quantization.snapshots).toEqual(before.slice(0, 2));
  });

  it('is refused at once where it is faulty', async () => {
    const faulty = { ...mixedConfig(), bf16_reward: -1 };
    expect(() => new api.Quantization(faulty)).toThrow(api.UserError);
    const quantization = open(mixedConfig());
    await expect(quantization.setConfig(faulty)).rejects.toThrow(api.UserError);
    await expect(quantization.preview(faulty)).rejects.toThrow(api.UserError);
  });

  it('is not tried where no phase runs with it', async () => {
    const quantization = open(mixedConfig());
    await quantization.load('digits_cnn.pb');
    const unfit = [{ ...mixedConfig(), outputs: ['nothing'] }, { ...mixedConfig(), op_type_dict: { Conv2d: 'bf16' as const } }];
    for (const config of unfit) await expect(quantization.preview(config)).rejects.toThrow('No phase runs with this config');
  });
});

describe('failures', () => {
  it('name the file', async () => {
    const quantization = open();
    const error = await quantization.load('none.pb').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(api.UserError);
    expect(error).toMatchObject({ place: { file: join(SAMPLES, 'none.pb') } });
  });

  it('say that something has to come first', async () => {
    const quantization = open();
    await expect(quantization.runPhase()).rejects.toThrow('No model is open');
    await quantization.load('digits_cnn.pb');
    await expect(quantization.changes('bf16')).rejects.toThrow('The phase "bf16" has not run');
  });

  it('leave the model that was open', async () => {
    const quantization = await converted();
    const { model, snapshots } = quantization;
    await expect(quantization.load('none.pb')).rejects.toThrow(api.UserError);
    expect([quantization.model, quantization.snapshots]).toEqual([model, snapshots]);
    expect((await quantization.report()).phases).toEqual(snapshots);
  });
});

describe('a signal', () => {
  it('stops what runs with its reason, and nothing else', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const quantization = open(undefined, { directory: SAMPLES, onProgress: () => controller.abort(reason) });
    const load = quantization.load(await longModel(), { signal: controller.signal });
    const next = quantization.load('digits_gru.pb');
    await expect(load).rejects.toBe(reason);
    await next;
    expect(quantization.model!.inputs).toEqual(['image']);
  });

  it('that was given before keeps work from starting', async () => {
    const quantization = open(mixedConfig());
    await quantization.load('digits_cnn.pb');
    await expect(quantization.run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(quantization.snapshots).toEqual([]);
    expect(await quantization.run()).toHaveLength(3);
  });
});

describe('closing', () => {
  it('fails what runs and what comes later', async () => {
    const quantization = open();
    const load = expect(quantization.load(await longModel())).rejects.toThrow('The quantization was closed');
    const run = expect(quantization.run()).rejects.toThrow('The quantization was closed');
    await quantization.close();
    await Promise.all([load, run]);
    await expect(quantization.report()).rejects.toThrow('The quantization was closed');
    await quantization[Symbol.asyncDispose]();
  });
});

function names(bytes: Uint8Array): string[] {
  return [...graphFromBytes(bytes, 'converted.pb', {}, NO_PROGRESS).nodes.values()].map(({ name }) => name);
}
