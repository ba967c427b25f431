import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigSource, Outcome } from '../../src/engine/conversion';
import { writeNpz } from '../../src/engine/data/npz';
import { type ConversionHost, NO_PROGRESS } from '../../src/engine/host';
import { type Conversion, createConversion } from '../../src/engine/pipeline';
import { nodeHost } from '../../src/worker/nodeHost';
import { buildBytes, constant, type NodeSpec, placeholder, tensor } from '../support/graphBuilder';
import { memorySource } from '../support/memoryFile';
import { outcomeOf, rangesOf, runToTheEnd } from '../support/outcomes';
import { randomConfig, randomGraph } from '../support/randomGraph';
import { startTestKernels } from '../worker/kernels';
import { seeded } from './phases/minimumCut/random';

const folder = mkdtempSync(join(tmpdir(), 'mixed-precision-what-if-'));
afterAll(() => rmSync(folder, { recursive: true }));

const source = (config: object, calibration?: string): ConfigSource =>
  ({ text: JSON.stringify(config), path: join(folder, 'a.mixed-precision.json'), ...(calibration === undefined ? {} : { calibration }) });

/** What is tried on every sample; op types and names are found in all of them. */
const CONFIGS: readonly (readonly [name: string, config: object])[] = [
  ['the defaults', {}],
  ['use_bf16', { use_bf16: true }],
  ['every op in BF16 that can be', { use_bf16: true, bf16_ops: ['re:.*'] }],
  ['one op type in BF16', { use_bf16: true, bf16_ops: ['MatMul'] }],
  ['an op type that stays FP32', { use_bf16: true, op_type_dict: { MatMul: 'fp32' } }],
  ['an op type in BF16', { use_bf16: true, op_type_dict: { MatMul: 'bf16' } }],
  ['a list of precisions', { use_bf16: true, op_type_dict: { MatMul: ['bf16', 'fp32'] } }],
  ['names that stay FP32', { use_bf16: true, op_name_dict: { '.*(dense|MatMul).*': 'fp32' } }],
  ['names in BF16', { use_bf16: true, op_name_dict: { '.*[0-4].*': 'bf16', '.*3.*': 'fp32' } }],
  ['Casts placed depth first', { use_bf16: true, cast_placement: 'depth_first' }],
  ['Casts left where phase 2 put them', { use_bf16: true, cast_placement: 'none' }],
  ['the cost in bytes', { use_bf16: true, cast_cost: 'bytes' }],
  ['no reward', { use_bf16: true, bf16_reward: 0 }],
  ['a reward of one Cast', { use_bf16: true, bf16_reward: 1 }],
  ['sensitive arithmetic in BF16', { use_bf16: true, sensitive_ops: { softmax: 'auto', normalization: 'auto' } }],
  ['one scale per tensor', { use_bf16: true, quantization: { weight_granularity: 'per_tensor' } }],
  ['percentiles', { use_bf16: true, calibration: { algorithm: 'percentile', sampling_size: 8 } }],
  ['INT8 without BF16', { calibration: { sampling_size: 4 } }],
  ['recorded ranges', { use_bf16: true, calibration: { ranges: 'all.json' } }],
  ['recorded ranges of some values', { use_bf16: true, calibration: { ranges: 'some.json' } }],
];

describe.each(['digits_cnn', 'digits_transformer', 'digits_gru'])('what-if of %s', (name) => {
  const model = resolve(`media/samples/${name}.pb`);
  const data = resolve('media/samples/digits_calibration.npz');
  const conversion = createConversion(nodeHost(NO_PROGRESS, () => startTestKernels()));
  afterAll(() => conversion.close());
  beforeAll(async () => {
    await conversion.open(model, source({}));
    const values = [...conversion.graph.nodes.keys()];
    writeFileSync(join(folder, 'all.json'), JSON.stringify(rangesOf(values)));
    writeFileSync(join(folder, 'some.json'), JSON.stringify(rangesOf(values.filter((_, index) => index % 10 < 9))));
  });

  it.each(CONFIGS.flatMap(([title, config]) => [[title, config, undefined], [`${title}, with calibration data`, config, data]] as const))(
    'is what the phases make: %s', async (_, config, calibration) => {
      const asked = source(config, calibration);
      await conversion.open(model, asked);
      await conversion.setConfig(asked);
      const before = await conversion.preview(asked);
      expect(conversion.snapshots).toHaveLength(1);
      await runToTheEnd(conversion);
      const made = await outcomeOf(conversion);
      expect({ ...before, assumesRanges: false }).toEqual(made);
      const { snapshots } = conversion;
      expect(await conversion.preview(asked)).toEqual(made);
      expect(conversion.snapshots).toBe(snapshots);
    });

  it('is what the phases make after a change, whatever ran before', async () => {
    const made = new Map<object, Outcome>();
    for (const [, config] of CONFIGS) {
      await conversion.open(model, source(config, data));
      await runToTheEnd(conversion);
      made.set(config, await outcomeOf(conversion));
    }
    for (const [, first] of [CONFIGS[1]!, CONFIGS[5]!]) {
      await conversion.open(model, source(first, data));
      await conversion.setConfig(source(first, data));
      for (const phases of [1, 2, 3]) {
        await conversion.runPhase();
        expect(conversion.snapshots).toHaveLength(phases + 1);
        for (const [title, config] of CONFIGS) expect({ ...await conversion.preview(source(config, data)), assumesRanges: false }, title).toEqual(made.get(config));
      }
    }
  });
});

describe('what-if of random models', () => {
  const none = (): never => {
    throw new Error('not in memory');
  };
  const hostOf = (nodes: readonly NodeSpec[]): ConversionHost => {
    const values = nodes.flatMap(({ name }) => [name, `${name}:1`]);
    const text = (content: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(content));
    const files = new Map([['model.pb', buildBytes(nodes)], ['all.json', text(rangesOf(values))], ['some.json', text(rangesOf(values.filter((_, index) => index % 10 < 7)))]]);
    return {
      progress: NO_PROGRESS, openSource: async (path) => memorySource(files.get(path)!, path), openArrays: async (path) => memorySource(files.get(path)!, path), openSink: none, openFolderSink: none, modelFile: async (path) => path, startKernels: none,
      resolveBeside: (_, path) => path, baseName: (path) => path, now: () => 0, peakMemoryMiB: () => 0,
    };
  };

  it('is what the phases make, before they run and after they ran with another config', async () => {
    let casts = 0;
    for (let seed = 0; seed < 150; seed++) {
      const random = seeded(seed);
      const graph = randomGraph(random, { ops: 5 + random.below(25), batchNorms: true, roundings: seed % 3 === 0, loops: seed % 4 === 0 });
      const asked = (): ConfigSource => source({
        ...randomConfig(random, graph), outputs: graph.outputs, calibration: { ranges: [undefined, 'all.json', 'some.json'][random.below(3)] },
        cast_placement: ['min_cut', 'depth_first', 'none'][random.below(3)], cast_cost: ['count', 'bytes'][random.below(2)], bf16_reward: [0, 0.25, 1][random.below(3)],
      });
      const conversion = createConversion(hostOf(graph.nodes));
      const [first, second] = [asked(), asked()];
      await conversion.open('model.pb', first);
      await conversion.setConfig(first);
      for (const next of [first, second]) {
        const predicted = await conversion.preview(next);
        await conversion.setConfig(next);
        if (!(await runToTheEnd(conversion).then(() => true, noRanges))) continue;
        const made = await outcomeOf(conversion);
        expect(predicted, `seed ${seed}`).toEqual(made);
        expect(await conversion.preview(next), `seed ${seed}`).toEqual(made);
        casts += made.casts.remaining;
      }
    }
    expect(casts).toBeGreaterThan(100);
  });
});

/** Ranges of which none belongs to a value that needs one keep phase 1 from running. */
function noRanges(error: Error): false {
  expect(error.message).toContain('None of its ranges');
  return false;
}

describe('what-if and the ranges of a model with a branch that is not taken', () => {
  const T = { T: 'float32' };
  const model = join(folder, 'branches.pb');
  const data = join(folder, 'samples.npz');
  const conversion: Conversion = createConversion(nodeHost(NO_PROGRESS, () => startTestKernels()));
  afterAll(() => conversion.close());
  beforeAll(() => {
    writeFileSync(model, buildBytes([
      placeholder('x', 'float32', [-1, 4]), constant('w', 'float32', [4, 4], [0.5, -0.25, 1]), constant('never', 'bool', [], [0]),
      { name: 'switch', op: 'Switch', inputs: ['x', 'never'], attrs: T },
      { name: 'taken', op: 'MatMul', inputs: ['switch', 'w'], attrs: T },
      { name: 'not_taken', op: 'MatMul', inputs: ['switch:1', 'w'], attrs: T },
      { name: 'merge', op: 'Merge', inputs: ['taken', 'not_taken'], attrs: { ...T, N: 2 } },
    ]));
    writeFileSync(data, samples(1));
  });
  const samples = (value: number): Uint8Array => writeNpz(new Map([['x', tensor('float32', [3, 4], [value, -1, 0])]]));
  const config = source({ op_type_dict: { MatMul: 'int8' } }, data);

  it('assumes them until calibration has seen which values there are, and then knows', async () => {
    await conversion.open(model, config);
    const before = (await conversion.preview(config))!;
    expect(before).toMatchObject({ assumesRanges: true });
    await runToTheEnd(conversion);
    const made = await outcomeOf(conversion);
    expect(made.precision.int8).toBeLessThan(before.precision.int8);
    expect(await conversion.preview(config)).toEqual(made);
    conversion.stepBack(3);
    expect(await conversion.preview(config)).toEqual(made);
  });

  it('assumes those alone that calibration was not asked for', async () => {
    const partly = source({ op_name_dict: { taken: 'fp32' } }, data);
    await conversion.open(model, partly);
    await runToTheEnd(conversion);
    expect(await conversion.preview(config)).toMatchObject({ assumesRanges: true });
    expect(await conversion.preview(partly)).toEqual(await outcomeOf(conversion));
  });

  it('assumes them again for other data, other settings, and data that cannot be read', async () => {
    await conversion.open(model, config);
    await conversion.runPhase();
    conversion.stepBack(1);
    const settings = source({ op_type_dict: { MatMul: 'int8' }, calibration: { sampling_size: 1 } }, data);
    expect(await conversion.preview(config)).toMatchObject({ assumesRanges: false });
    expect(await conversion.preview(settings)).toMatchObject({ assumesRanges: true });
    const kept = readFileSync(data);
    for (const other of [samples(2), new TextEncoder().encode('no archive')]) {
      writeFileSync(data, other);
      expect(await conversion.preview(config)).toMatchObject({ assumesRanges: true });
    }
    rmSync(data);
    expect(await conversion.preview(config)).toMatchObject({ assumesRanges: true });
    writeFileSync(data, kept);
    expect(await conversion.preview(config)).toMatchObject({ assumesRanges: false });
    const recorded = source({ calibration: { ranges: join(folder, 'nowhere.json') } });
    expect(await conversion.preview(recorded)).toMatchObject({ assumesRanges: true });
  });
});

describe('what-if', () => {
  it('has no numbers for a config with which no phase runs, and changes nothing', async () => {
    const conversion = createConversion(nodeHost(NO_PROGRESS));
    await conversion.open(resolve('media/samples/digits_cnn.pb'), source({}));
    const { snapshots } = conversion;
    for (const config of [{ use_bf16: 'yes' }, { op_type_dict: { Conv2d: 'bf16' } }, { outputs: ['nothing'] }]) expect(await conversion.preview(source(config))).toBeUndefined();
    expect(await conversion.preview(source({ outputs: ['digits_cnn_1/dense_1/BiasAdd'] }))).toMatchObject({ casts: { remaining: 0 } });
    expect(conversion.snapshots).toBe(snapshots);
  });
});
