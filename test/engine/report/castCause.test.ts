import { describe, expect, it } from 'vitest';
import type { NodeDetails } from '../../../webview/protocol';
import type { TuningConfig } from '../../../src/engine/config/config';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { nodeDetails } from '../../../src/engine/report/details';
import type { CastCause, Snapshot } from '../../../src/engine/snapshot';
import type { Plan, PlannedNode } from '../../../src/engine/plan';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { runAllPhases } from '../../support/snapshots';

const op = (name: string, type: string, inputs: string[], T = 'float32'): NodeSpec => ({ name, op: type, inputs, attrs: { T } });
const cast = (name: string, input: string, SrcT: string, DstT: string): NodeSpec => ({ name, op: 'Cast', inputs: [input], attrs: { SrcT, DstT } });
const x = placeholder('x', 'float32', [2, 4]);
const weight = constant('w', 'float32', [4, 4], [0.5]);

/** MatMul in BF16 between an input and three ops in FP32; `soft` and `end` are fetched. */
const model = [
  x, weight, op('part/y', 'MatMul', ['x', 'w']), op('exp', 'Exp', ['part/y']), op('log', 'Log', ['part/y']), op('soft', 'Softmax', ['part/y']),
  op('end', 'Identity', ['log']),
];
const config: Partial<TuningConfig> = { use_bf16: true, bf16_ops: ['MatMul'], op_type_dict: { Exp: 'fp32' }, cast_placement: 'none' };

/** A model that came with an op in BF16. */
const castModel = [
  x, cast('down', 'x', 'float32', 'bfloat16'), op('part/y', 'Exp', ['down'], 'bfloat16'), cast('up', 'part/y', 'bfloat16', 'float32'), op('soft', 'Softmax', ['up']),
  op('end', 'Identity', ['up']),
];

interface Proven {
  readonly causes?: Readonly<Record<string, CastCause>>;
  readonly planned?: Readonly<Record<string, PlannedNode>>;
  readonly shown?: number;
  readonly range?: { min: number; max: number };
}

/** Details of a node after a conversion without placement, whose optimize phase proves `causes`. */
async function details(id: string, { causes = {}, planned = {}, shown = 3, range }: Proven, nodes = model, settings = config): Promise<NodeDetails> {
  const run = await runAllPhases(buildGraph(nodes, { outputs: ['soft', 'end'] }), settings, range);
  const snapshots = run.snapshots.map((snapshot): Snapshot =>
    (snapshot.phase === 'optimize' ? { ...snapshot, castProof: { lowerBound: 1, causes: new Map(Object.entries(causes)) } } : { ...snapshot, castProof: undefined }));
  const plan: Plan = { ...run.plan, nodes: new Map([...run.plan.nodes, ...Object.entries(planned)]) };
  return nodeDetails(id, shown, snapshots, plan, run.ranges, dialect);
}

const UP = 'part/y/to_float32';
const DOWN = 'x/to_bfloat16';
const LISTED = 'is to be BF16: Listed in bf16_ops (MatMul).';
const matmul = { precision: 'bf16', name: 'part/y', node: 'part/y', text: LISTED, configKey: 'bf16_ops' } as const;

describe('a Cast whose placement is proven', () => {
  it('names the op it comes from and the op it leads to, and how many read it', async () => {
    const found = await details(UP, { causes: { [UP]: { bf16: { node: 'part/y' }, fp32: { node: 'exp' } } } });
    expect(found.cast).toEqual({
      label: 'B→F',
      types: 'BF16 to FP32',
      forcedBy: {
        from: matmul,
        to: { precision: 'fp32', name: 'exp', node: 'exp', text: 'is to be FP32: op_type_dict says fp32 for Exp.', configKey: 'op_type_dict.Exp' },
        conclusion: 'Somewhere between them the value must be cast, and here one Cast serves 3 readers.',
      },
    });
    expect(found.why).toEqual({
      text: 'part/y is to be BF16: Listed in bf16_ops (MatMul). exp is to be FP32: op_type_dict says fp32 for Exp. '
        + 'Somewhere between them the value must be cast, and here one Cast serves 3 readers.',
    });
  });

  it('begins with the FP32 end where it casts to BF16, and does not count one reader', async () => {
    const { cast: found } = await details(DOWN, { causes: { [DOWN]: { bf16: { node: 'part/y' }, fp32: { node: 'x' } } } });
    expect(found).toMatchObject({ label: 'F→B', types: 'FP32 to BF16' });
    expect(found!.forcedBy).toEqual({
      from: { precision: 'fp32', name: 'x', node: 'x', text: 'is an input, which the caller of the model feeds in FP32.' },
      to: matmul,
      conclusion: 'Somewhere between them the value must be cast.',
    });
  });

  it('leads to the end of a fetched value', async () => {
    const forced = async (output: string) => (await details(UP, { causes: { [UP]: { bf16: { node: 'part/y' }, fp32: { output } } } })).cast!.forcedBy!.to;
    expect(await forced('soft')).toEqual({ precision: 'fp32', name: 'soft', node: 'output:soft', text: 'is an output, which the caller of the model fetches in FP32.' });
    expect((await forced('end')).node).toBe('end');
  });

  it('says of an op that is BF16 for the reward alone that it gains from it', async () => {
    const planned: PlannedNode = { precision: 'fp32', reason: { text: 'Stays FP32 unless that saves Casts.' }, bf16: 'free' };
    const { cast: found } = await details(UP, { causes: { [UP]: { bf16: { node: 'log' }, fp32: { node: 'exp' } } }, planned: { log: planned } });
    expect(found!.forcedBy!.from).toEqual({ precision: 'bf16', name: 'log', node: 'log', text: 'gains from BF16 (bf16_reward).', configKey: 'bf16_reward' });
  });

  it('says of an op whose kernel keeps a part FP32 that it does, not that it is planned FP32', async () => {
    const { cast: found } = await details(UP, { causes: { [UP]: { bf16: { node: 'part/y' }, fp32: { node: 'part/y' } } } });
    expect(found!.forcedBy!.to.text).toBe('takes or gives this value in FP32 only.');
  });

  it('says what INT8, Quantize and Dequantize ask for', async () => {
    const settings: Partial<TuningConfig> = { ...config, op_name_dict: { y2: 'int8' } };
    const nodes = [x, weight, op('part/y', 'MatMul', ['x', 'w']), op('soft', 'Softmax', ['part/y']), op('y2', 'MatMul', ['part/y', 'w']), op('end', 'Identity', ['y2'])];
    const end = async (node: string) =>
      (await details(UP, { causes: { [UP]: { bf16: { node: 'part/y' }, fp32: { node } } }, range: { min: -1, max: 1 } }, nodes, settings)).cast!.forcedBy!.to;
    expect(await end('y2')).toMatchObject({ node: 'y2', text: 'is INT8, with FP32 around it: op_name_dict "y2" says int8.' });
    expect(await end('part/y/quantize')).toEqual({ precision: 'fp32', name: 'part/y/quantize', node: 'part/y/quantize', text: 'turns FP32 into INT8: it takes no BF16.' });
    expect(await end('part/y/dequantize')).toMatchObject({ text: 'turns INT8 into FP32: it gives no BF16 here.' });
  });

  it('has no proof in the snapshots before', async () => {
    const found = await details(UP, { causes: { [UP]: { bf16: { node: 'part/y' }, fp32: { node: 'exp' } } }, shown: 2 });
    expect(found.cast).toEqual({ label: 'B→F', types: 'BF16 to FP32' });
  });
});

it('placed by minimum cut has its two ends', async () => {
  const run = await runAllPhases(buildGraph(model, { outputs: ['soft', 'end'] }), { ...config, cast_placement: 'min_cut' });
  const ends = [DOWN, UP].map((id) => nodeDetails(id, 3, run.snapshots, run.plan, run.ranges, dialect).cast?.forcedBy).map((found) => [found?.from.name, found?.to.name]);
  expect(ends[0]).toEqual(['x', 'part/y']);
  expect(ends[1]![0]).toBe('part/y');
  expect(['exp', 'log', 'soft']).toContain(ends[1]![1]);
});

describe('a Cast without a proof', () => {
  it('says which phase and rule put it there, and why', async () => {
    const found = await details(UP, {});
    expect(found.cast).toEqual({ label: 'B→F', types: 'BF16 to FP32' });
    expect(found.why).toEqual({ text: 'The BF16 phase put this Cast from BF16 to FP32 here (convert-to-bf16): Listed in bf16_ops (MatMul).' });
  });

  it('is that of the opened model where no phase made it', async () => {
    const own = (causes: Proven['causes']) => details('up', { causes }, castModel, { cast_placement: 'none' });
    expect((await own({})).why.text).toBe('The opened model has this Cast from BF16 to FP32.');
    const { forcedBy } = (await own({ up: { bf16: { node: 'part/y' }, fp32: { node: 'soft' } } })).cast!;
    expect(forcedBy!.from).toMatchObject({ name: 'part/y', text: 'is BF16 in the opened model.' });
  });

  it('to BF16 of the opened model can be an end itself', async () => {
    const { cast: found } = await details('down', { causes: { down: { bf16: { node: 'down' }, fp32: { node: 'x' } } } }, castModel, { cast_placement: 'none' });
    expect(found!.forcedBy).toMatchObject({ to: { name: 'down', text: 'rounds to BF16 in the opened model.' }, conclusion: 'Conversion keeps what the model itself rounds.' });
  });

  it('that is gone says what removed it', async () => {
    const nodes = [x, weight, op('part/y', 'MatMul', ['x', 'w']), op('abs', 'Abs', ['part/y']), op('soft', 'MatMul', ['abs', 'w']), op('end', 'Identity', ['soft'])];
    const found = await details(UP, { causes: { [UP]: { bf16: { node: 'part/y' }, fp32: { node: 'soft' } } } }, nodes, { use_bf16: true, cast_placement: 'depth_first' });
    expect(found.precision).toBeUndefined();
    expect(found.cast).toEqual({ label: 'B→F', types: 'BF16 to FP32' });
    expect(found.why.text).toBe(found.changes.at(-1)!.reason);
  });
});

it('other nodes are no Cast', async () => {
  expect((await details('exp', {})).cast).toBeUndefined();
  expect((await details('output:soft', {})).cast).toBeUndefined();
});
