import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { SnapshotTables } from '../../webview/protocol';
import { conversionApi } from '../../src/engine/conversionApi';
import { type ConversionHost, NO_PROGRESS } from '../../src/engine/host';
import { type Conversion, createConversion } from '../../src/engine/pipeline';
import { PHASES } from '../../src/engine/snapshot';
import { nodeHost } from '../../src/worker/nodeHost';
import { buildBytes, type NodeSpec } from '../support/graphBuilder';
import { memorySource } from '../support/memoryFile';
import { randomGraph } from '../support/randomGraph';
import { startTestKernels } from '../worker/kernels';
import { type Random, seeded } from './phases/minimumCut/random';

type Config = Readonly<Record<string, unknown>>;

/** Opens `model` and runs the phases up to `wanted` snapshots under each of the configs, one after the other. */
async function follow(conversion: Conversion, model: string, configs: readonly Config[], wanted: readonly number[], calibration?: string) {
  const api = conversionApi(conversion);
  const source = (config: Config) => ({ text: JSON.stringify(config), path: undefined, ...(calibration === undefined ? {} : { calibration }) });
  let tables: SnapshotTables[] = [...(await api.open(model, source(configs[0]!))).snapshots];
  const kept: number[] = [];
  for (const [index, config] of configs.entries()) {
    const before = tables.length;
    const { snapshots, graph } = await api.setConfig(source(config));
    tables = graph === undefined ? tables.slice(0, snapshots) : [...graph.snapshots];
    if (index > 0 && before === PHASES.length + 1) kept.push(tables.length);
    while (tables.length < wanted[index]!) {
      const made = await api.runPhase().catch(noRanges);
      if (made === undefined) break;
      tables.push(made);
    }
  }
  return { tables, kept, state: await stateOf(conversion) };
}

/** Ranges of which none belongs to a value that needs one keep phase 1 from running. */
function noRanges(error: Error): undefined {
  expect(error.message).toContain('None of its ranges');
}

/** All that a conversion made, but for the time it took. */
async function stateOf(conversion: Conversion) {
  const { phases, peakMemoryMiB, ...report } = await conversion.report();
  expect(peakMemoryMiB).toBeGreaterThanOrEqual(0);
  return {
    snapshots: conversion.snapshots.map(({ seconds, ...snapshot }) => ({ ...snapshot, seconds: seconds >= 0 })),
    report: { ...report, phases: phases.map(({ seconds, ...phase }) => ({ ...phase, seconds: seconds >= 0 })) },
  };
}

type Outcome = Awaited<ReturnType<typeof follow>>;

/** What differs between two outcomes; comparing with `toEqual` would print whole graphs. */
function differences(one: Outcome, other: Outcome): string[] {
  const parts = ({ tables, state }: Outcome): [string, unknown][] => [
    ['tables', tables], ['report', state.report],
    ...state.snapshots.flatMap((snapshot, index) => Object.entries(snapshot).map(([key, value]): [string, unknown] => [`${key} of snapshot ${index}`, value])),
  ];
  const others = parts(other);
  return parts(one).flatMap(([name, value], index) => (isDeepStrictEqual([name, value], others[index]) ? [] : [name]));
}

const PRECISIONS = ['int8', 'bf16', 'fp32', 'auto'];

/** Ways to change a config, each of one key. */
function edits(nodes: readonly NodeSpec[], outputs: readonly string[] | undefined): readonly ((random: Random) => Config)[] {
  const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;
  const ops = [...new Set(nodes.map(({ op }) => op))].filter((op) => !['Const', 'Placeholder', 'Cast'].includes(op));
  const some = (random: Random): string[] => Array.from({ length: random.below(4) }, () => pick(random, nodes).name);
  return [
    (random) => ({ use_bf16: random.chance(0.8) }),
    (random) => ({ op_name_dict: Object.fromEntries(some(random).map((name) => [name, pick(random, PRECISIONS)])) }),
    (random) => ({ op_name_dict: { [`n?${random.below(10)}.*`]: pick(random, PRECISIONS) } }),
    (random) => ({ op_type_dict: { [pick(random, ops)]: pick(random, PRECISIONS) } }),
    (random) => ({ bf16_ops: random.chance(0.3) ? undefined : [pick(random, ops), 'MatMul'] }),
    (random) => ({ sensitive_ops: random.chance(0.5) ? { softmax: 'auto', normalization: 'auto' } : {} }),
    (random) => ({ cast_placement: pick(random, ['min_cut', 'depth_first', 'none']) }),
    (random) => ({ cast_cost: pick(random, ['count', 'bytes']) }),
    (random) => ({ bf16_reward: pick(random, [0, 0.25, 1]) }),
    (random) => ({ quantization: { weight_granularity: pick(random, ['per_channel', 'per_tensor']) } }),
    ...(outputs === undefined ? [] : [
      (random: Random) => ({ outputs: random.chance(0.7) ? outputs : outputs.slice(0, -1) }),
      (random: Random) => ({ calibration: { ranges: pick(random, ['all.json', 'some.json', undefined]) } }),
    ]),
  ];
}

/** A config, then the same with one or two keys changed, and so on. */
function chain(random: Random, first: Config, ways: ReturnType<typeof edits>): Config[] {
  const configs = [first];
  for (let step = 1 + random.below(2); step > 0; step--) {
    const changes = Array.from({ length: 1 + random.below(2) }, () => ways[random.below(ways.length)]!(random));
    configs.push(Object.assign({}, configs.at(-1), ...changes) as Config);
  }
  return configs;
}

/** A host with one model and two range files in memory: one that covers every value, and one that leaves some out. */
function memoryHost(nodes: readonly NodeSpec[]): ConversionHost {
  const ranges = nodes.flatMap(({ name }) => [0, 1].map((output) => [`${name}:${output}`, { min: -1 - name.length, max: 2 }] as const));
  const text = (entries: typeof ranges): Uint8Array => new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const files: Readonly<Record<string, Uint8Array>> = {
    'model.pb': buildBytes(nodes), 'all.json': text(ranges), 'some.json': text(ranges.filter((_, index) => index % 10 < 7)),
  };
  const none = (): never => {
    throw new Error('not in memory');
  };
  return {
    progress: NO_PROGRESS, openSource: async (path) => memorySource(files[path]!, path), openArrays: async (path) => memorySource(files[path]!, path), openSink: none, openFolderSink: none, modelFile: async (path) => path, startKernels: none,
    resolveBeside: (_, path) => path, baseName: (path) => path, now: () => 0, peakMemoryMiB: () => 0,
  };
}

describe('phases that run again after a change of the config', () => {
  it('make of random models what all phases make under the new config alone', async () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 120; seed++) {
      const random = seeded(seed);
      const { nodes, outputs } = randomGraph(random, { ops: 5 + random.below(20), batchNorms: true, roundings: seed % 3 === 0, loops: seed % 4 === 0 });
      const first = { use_bf16: random.chance(0.8), outputs, calibration: { ranges: [undefined, 'all.json', 'some.json'][random.below(3)] } };
      const configs = chain(random, first, edits(nodes, outputs));
      const wanted = configs.map((_, index) => (index === configs.length - 1 || random.chance(0.8) ? PHASES.length + 1 : 1 + random.below(4)));
      const stepwise = await follow(createConversion(memoryHost(nodes)), 'model.pb', configs, wanted);
      const full = await follow(createConversion(memoryHost(nodes)), 'model.pb', configs.slice(-1), [PHASES.length + 1]);
      expect(differences(stepwise, full), `seed ${seed}`).toEqual([]);
      stepwise.kept.forEach((count) => seen.add(count));
    }
    expect([...seen].sort()).toEqual([1, 2, 3, 4]);
  });
});

describe.each(['digits_cnn', 'digits_transformer', 'digits_gru'])('phases of %s that run again', (name) => {
  const model = resolve(`media/samples/${name}.pb`);
  const conversions = [0, 1].map(() => createConversion(nodeHost(NO_PROGRESS, () => startTestKernels())));
  afterAll(() => Promise.all(conversions.map((conversion) => conversion.close())));

  it('make what all phases make under the new config alone', async () => {
    const { graph } = await conversions[0]!.open(model, { text: undefined, path: undefined }).then(() => conversions[0]!);
    const nodes = [...graph.nodes.values()].map((node) => ({ name: node.name, op: node.op }));
    const calibration = resolve('media/samples/digits_calibration.npz');
    const data = graph.inputs.length === 1 && name === 'digits_cnn' ? calibration : undefined;
    for (let seed = 0; seed < 6; seed++) {
      const random = seeded(seed);
      const configs = chain(random, { use_bf16: true }, edits(nodes, undefined));
      const wanted = configs.map(() => PHASES.length + 1);
      const stepwise = await follow(conversions[0]!, model, configs, wanted, data);
      const full = await follow(conversions[1]!, model, configs.slice(-1), wanted, data);
      expect(differences(stepwise, full), `seed ${seed}`).toEqual([]);
    }
  });
});
