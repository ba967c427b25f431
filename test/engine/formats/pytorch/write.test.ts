import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { pytorchDialect } from '../../../../src/engine/formats/pytorch/dialect';
import { notesOn } from '../../../../src/engine/formats/pytorch/notes';
import { readExportedProgram } from '../../../../src/engine/formats/pytorch/read';
import { sourceOf } from '../../../../src/engine/formats/pytorch/source';
import { writeExportedProgram } from '../../../../src/engine/formats/pytorch/write';
import type { Graph } from '../../../../src/engine/graph/graph';
import { runPhase } from '../../../../src/engine/phases/runPhase';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { parseConfig } from '../../../../src/engine/config/parse';
import { PHASES, type Snapshot } from '../../../../src/engine/snapshot';
import { valueKey } from '../../../../src/engine/graph/graph';
import { memorySource, MemorySink } from '../../../support/memoryFile';

const DIGITS = readFileSync('test/fixtures/pytorch/digits.pt2');

interface Message {
  readonly target: string;
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly arg: Readonly<Record<string, unknown>>; readonly kind: number }[];
  readonly metadata: Readonly<Record<string, string>>;
}

interface Program {
  readonly nodes: readonly Message[];
  readonly types: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, { readonly path_name: string; readonly tensor_meta: { readonly dtype: number; readonly requires_grad: boolean } }>>;
  readonly inputs: readonly string[];
  readonly specs: readonly string[];
  readonly records: Readonly<Record<string, Uint8Array>>;
}

/** The digits program after all phases; where INT8 is wanted, every value is taken to lie in [-1, 3]. */
async function converted(config: Readonly<Record<string, unknown>>, canCalibrate = false): Promise<Graph> {
  const graph = await readExportedProgram(memorySource(DIGITS, 'digits.pt2'));
  const parsed = parseConfig(JSON.stringify(config), 'config.json');
  expect(parsed.problems).toEqual([]);
  const snapshots: Snapshot[] = [{ phase: undefined, graph, changes: [], seconds: 0 }];
  for (const phase of PHASES) {
    const result = await runPhase(phase, {
      snapshots, config: parsed.config, ranges: new Map(), context: { dialect: pytorchDialect, canCalibrate },
      rangesOf: async (values) => new Map(values.map((value) => [valueKey(value), { min: -1, max: 3 }])),
    }, NO_PROGRESS);
    snapshots.push({ phase, graph: result.graph, plan: result.plan, changes: result.changes, seconds: 0 });
  }
  return snapshots.at(-1)!.graph;
}

async function written(graph: Graph): Promise<Program> {
  const sink = new MemorySink();
  await writeExportedProgram(graph, sink);
  const files = unzipSync(new Uint8Array(sink.bytes()));
  const records = Object.fromEntries(Object.entries(files).map(([name, content]) => [name.slice(name.indexOf('/') + 1), content]));
  const json = (name: string) => JSON.parse(new TextDecoder().decode(records[name])) as never;
  const { graph_module } = json('models/model.json') as {
    graph_module: {
      graph: { nodes: Message[]; inputs: { as_tensor: { name: string } }[]; tensor_values: Record<string, { dtype: number }> };
      signature: { input_specs: Record<string, { arg: { name?: string; as_tensor?: { name: string } } }>[] };
    };
  };
  const { config } = json('data/weights/model_weights_config.json') as { config: Program['weights'] };
  return {
    nodes: graph_module.graph.nodes,
    types: Object.fromEntries(Object.entries(graph_module.graph.tensor_values).map(([name, { dtype }]) => [name, dtype])),
    weights: config,
    inputs: graph_module.graph.inputs.map(({ as_tensor }) => as_tensor.name),
    specs: graph_module.signature.input_specs.map((spec) => Object.values(spec)[0]!.arg).map(({ name, as_tensor }) => name ?? as_tensor!.name),
    records,
  };
}

const [INT8, FP32, BF16] = [2, 7, 13];

describe('writing converted programs', () => {
  it('stores BF16 parameters under their own names, with the types of all values', async () => {
    const { types, weights, records, nodes } = await written(await converted({ use_bf16: true }));
    expect(weights['fc1.weight']!.tensor_meta).toMatchObject({ dtype: BF16, requires_grad: true });
    expect(records[`data/weights/${weights['fc1.weight']!.path_name}`]!.length).toBe(64 * 512 * 2);
    expect(types).toMatchObject({ p_fc1_weight: BF16, linear: BF16, x: FP32, b_features_1_running_var: FP32 });
    const casts = nodes.filter(({ target }) => target === 'torch.ops.aten.to.dtype');
    expect(casts.map(({ inputs }) => inputs.map(({ name, kind }) => [name, kind]))).toContainEqual([['self', 1], ['dtype', 1]]);
    for (const { metadata } of casts) expect(metadata['nn_module_stack']).toMatch(/^L__self__/);
  });

  it('adds the buffers of INT8 weights behind the last buffer, and drops those of batch normalisation', async () => {
    const { weights, inputs, specs, types, nodes } = await written(await converted({}, true));
    expect(weights['fc1.weight']!.tensor_meta).toMatchObject({ dtype: INT8, requires_grad: false });
    expect(inputs).toEqual(specs);
    expect(inputs.indexOf('b_fc1_weight_scale')).toBeLessThan(inputs.indexOf('x'));
    expect(Object.keys(types).filter((name) => name.includes('running'))).toEqual([]);
    expect(Object.keys(weights).filter((name) => name.includes('running_mean'))).toEqual([]);
    expect(nodes.map(({ target }) => target)).not.toContain('torch.ops.aten.batch_norm.default');
    expect(nodes.find(({ name }) => name === 'conv2d')!.inputs.map(({ name }) => name)).toEqual(['input', 'weight', 'bias', 'stride', 'padding']);
  });

  it('says what Python needs for INT8, and nothing for BF16', async () => {
    expect(notesOn(await converted({}, true)).join()).toMatch(/import torch\.ao\.quantization\.fx\._decomposed/);
    expect(notesOn(await converted({ use_bf16: true }))).toEqual([]);
  });

  it.each([['bf16', []], ['fp32', [expect.stringContaining('Calls of the module "branch" differ in precision or Casts')]]])('says that calls of a module differ where the second is %s', async (precision, notes) => {
    const graph = await converted({ use_bf16: true, op_name_dict: { 'features/3/.*': precision } });
    for (const node of graph.nodes.values()) {
      if (node.name === 'features/3/conv2d_1') Object.assign(sourceOf(node).origin!, { module: { ...sourceOf(node).origin!.module, path: 'branch', call: 1 } });
    }
    expect(notesOn(graph)).toEqual(notes);
  });

  it('puts Casts around every module in eager mode', async () => {
    const { nodes, types } = await written(await converted({ use_bf16: true, pytorch: { mode: 'eager' } }));
    expect(nodes.filter(({ target }) => target === 'torch.ops.aten.to.dtype').length).toBe(10);
    expect(types).toMatchObject({ conv2d: BF16, linear_1: BF16, gelu: FP32, batch_norm: FP32 });
  });

  it('converts modules named by their classes and paths', async () => {
    const { types } = await written(await converted({ use_bf16: true, bf16_ops: ['Linear', 're:branch'], cast_placement: 'none' }));
    expect(types).toMatchObject({ linear: BF16, linear_1: BF16, conv2d_2: BF16, conv2d: FP32 });
  });

  it('reads what it wrote, and writes it again byte by byte', async () => {
    for (const config of [{ use_bf16: true }, { use_bf16: true, bf16_ops: ['aten.conv2d'] }]) {
      const [first, second] = [new MemorySink(), new MemorySink()];
      await writeExportedProgram(await converted(config, true), first);
      await writeExportedProgram(await readExportedProgram(memorySource(first.bytes(), 'again.pt2')), second);
      expect(Buffer.compare(first.bytes(), second.bytes())).toBe(0);
    }
  });
});
