import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../../../src/engine/errors';
import { tensorflowDialect } from '../../../../../src/engine/formats/tensorflow/dialect';
import { type Graph, valueKey } from '../../../../../src/engine/graph/graph';
import type { Tensor, TensorData } from '../../../../../src/engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS } from '../../../../../src/engine/host';
import { createConversion, type Conversion } from '../../../../../src/engine/pipeline';
import { runGraph } from '../../../../../src/engine/runtime/executor';
import { nodeHost } from '../../../../../src/worker/nodeHost';
import { startTestKernels } from '../../../../worker/kernels';
import { constant, placeholder, type NodeSpec } from '../../../../support/graphBuilder';
import { arraysOf, buildSavedModel, call, type FunctionSpec, openBuilt } from '../../../../support/savedModelBuilder';

const FIXTURES = 'test/fixtures/saved_models';

let folder: string;
let kernels: KernelRunner;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saved-model-'));
  kernels = await startTestKernels();
});
afterAll(async () => {
  await kernels.close();
  await rm(folder, { recursive: true });
});

async function open(path: string): Promise<Conversion> {
  const conversion = createConversion(nodeHost(NO_PROGRESS));
  await conversion.open(path, { text: undefined, path: undefined });
  return conversion;
}

/** Outputs by name, as the embedded runtime computes them. */
async function run(graph: Graph, arrays: ReadonlyMap<string, Tensor>, prefix = ''): Promise<Map<string, TensorData>> {
  const feeds = new Map(graph.inputs.map(({ name, value }) => [valueKey(value), arrays.get(prefix + name)!]));
  const results = await runGraph({ graph, dialect: tensorflowDialect, feeds, fetches: graph.outputs.map(({ value }) => value), kernels });
  return new Map(graph.outputs.map(({ name }, index) => [name, results[index]!.data]));
}

function expectClose(found: TensorData | undefined, expected: TensorData): void {
  const numbers = (data: TensorData | undefined): number[] => Array.from(data as Float32Array);
  expect(numbers(found)).toHaveLength(expected.length);
  numbers(expected).forEach((value, index) => expect(numbers(found)[index]).toBeCloseTo(value, 5));
}

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).oneLine;
};

const ops = (graph: Graph): string[] => [...new Set([...graph.nodes.values()].map(({ op }) => op))].sort();

describe('a SavedModel of TensorFlow 1', () => {
  it('gives what TensorFlow gave: ref variables, one of them in slices, from two data files', async () => {
    const { graph, format } = await open(join(FIXTURES, 'partitioned'));
    expect(format.name).toBe('TensorFlow SavedModel');
    expect(graph.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([['x', 'float32', [-1, 4]]]);
    expect(ops(graph)).toEqual(['BiasAdd', 'ConcatV2', 'Const', 'Identity', 'MatMul', 'Placeholder']);
    const arrays = await arraysOf(join(FIXTURES, 'partitioned.npz'));
    expectClose((await run(graph, arrays)).get('y'), arrays.get('y')!.data);
  });
});

describe('a SavedModel of TensorFlow 2', () => {
  it('gives what TensorFlow gave: nested functions, a loop and a conditional that read variables', async () => {
    const { graph } = await open(join(FIXTURES, 'nested', 'saved_model.pb'));
    expect(graph.outputs.map(({ name }) => name)).toEqual(['kernel', 'y', 'z']);
    expect(ops(graph).filter((op) => /Call|Variable|Var|While|If|Resource/.test(op))).toEqual([]);
    const arrays = await arraysOf(join(FIXTURES, 'nested.npz'));
    for (let trips = 0; trips < 5; trips++) {
      const found = await run(graph, arrays, `${trips}/`);
      for (const name of ['kernel', 'y', 'z']) expectClose(found.get(name), arrays.get(`${trips}/${name}`)!.data);
    }
  });

  it('keeps the scopes of names, gives inputs their own and shares each variable', async () => {
    const { graph } = await open(join(FIXTURES, 'digits_gru'));
    expect(graph.inputs[0]!.value.node).toBe('image');
    expect(graph.nodes.get('digits_gru_1/probs_1/MatMul')!.inputs).toEqual([
      { node: 'digits_gru_1/gru_1/strided_slice_3', output: 0 }, { node: 'probs/kernel_1', output: 0 },
    ]);
    expect(graph.nodes.get('digits_gru_1/gru_1/while/gru_cell_1/MatMul_1')!.op).toBe('MatMul');
    expect([...graph.nodes.values()].filter(({ op }) => op === 'NoOp')).toEqual([]);
  });

  it('converts inside its loop', async () => {
    const conversion = createConversion(nodeHost(NO_PROGRESS));
    await conversion.open(join(FIXTURES, 'digits_gru'), { text: '{ "use_bf16": true }', path: undefined });
    for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
    expect(conversion.graph.nodes.get('digits_gru_1/gru_1/while/gru_cell_1/MatMul')!.attributes.get('T')).toMatchObject({ value: 'bfloat16' });
  });

  it('reads its text form', async () => {
    const { SavedModel } = await import('../../../../../src/engine/formats/tensorflow/savedModel/messages');
    const { toText } = await import('protobufjs/ext/textformat');
    const copy = join(folder, 'text');
    await cp(join(FIXTURES, 'partitioned'), copy, { recursive: true });
    await writeFile(join(copy, 'saved_model.pbtxt'), toText(SavedModel.reflected, SavedModel.decode(await readFile(join(copy, 'saved_model.pb')))));
    await rm(join(copy, 'saved_model.pb'));
    const [binary, text] = [(await open(join(FIXTURES, 'partitioned'))).graph, (await open(copy)).graph];
    expect([...text.nodes.values()].map(({ name, op, inputs }) => [name, op, inputs])).toEqual([...binary.nodes.values()].map(({ name, op, inputs }) => [name, op, inputs]));
  });
});

const X = placeholder('serving_default_x', 'float32', [-1]);
const SIGNATURE = { serving_default: { inputs: { x: 'serving_default_x:0' }, outputs: { y: 'call:0' } } };
const float = (name: string): Record<string, 'float32'> => ({ [name]: 'float32' });
const relu = (name: string, input: string): NodeSpec => ({ name, op: 'Relu', inputs: [input], attrs: { T: 'float32' } });
const callOf = (name: string, callee: string, input: string): NodeSpec => call(name, callee, [input], ['float32'], ['float32']);

describe('inlining', () => {
  it('gives repeated names a number and follows arguments that are returned', async () => {
    const pass: FunctionSpec = { name: 'pass', args: float('a'), results: float('r'), nodes: [], returns: { r: 'a' } };
    const twice: FunctionSpec = {
      name: 'twice', args: float('a'), results: float('r'), returns: { r: 'b/PartitionedCall:output:0' },
      nodes: [callOf('b/PartitionedCall', 'one', 'PartitionedCall:output:0'), callOf('PartitionedCall', 'pass', 'named:output:0'), callOf('named', 'one', 'a')],
    };
    const one: FunctionSpec = { name: 'one', args: float('a'), results: float('r'), nodes: [relu('Relu', 'a'), relu('Relu_1', 'Relu:activations:0')], returns: { r: 'Relu_1:activations:0' } };
    const graph = await openBuilt(buildSavedModel({ nodes: [X, callOf('call', 'twice', 'serving_default_x')], functions: [twice, one, pass], signatures: SIGNATURE }));
    const named = new Map([...graph.nodes.values()].map(({ name, inputs }) => [name, inputs.map((value) => value.node)]));
    expect(Object.fromEntries(named)).toEqual({
      x: [], 'call/named/Relu': ['x'], 'call/named/Relu_1': ['call/named/Relu'], 'call/b/Relu': ['call/named/Relu_1'], 'call/b/Relu_1': ['call/b/Relu'], y: ['call/b/Relu_1'],
    });
  });

  it('keeps what a function does beside giving its result, and its order', async () => {
    const prints: FunctionSpec = {
      name: 'prints', args: float('a'), results: float('r'), returns: { r: 'a' }, effects: ['print'],
      nodes: [{ name: 'text', op: 'StringFormat', inputs: ['a'], attrs: { T: { kind: 'types', value: ['float32'] } } }, { name: 'print', op: 'PrintV2', inputs: ['text:output:0'] }],
    };
    const graph = await openBuilt(buildSavedModel({
      nodes: [X, callOf('first', 'prints', 'serving_default_x'), { ...callOf('call', 'prints', 'first'), inputs: ['first', '^first'] }], functions: [prints], signatures: SIGNATURE,
    }));
    expect(graph.nodes.get('y')).toMatchObject({ inputs: [{ node: 'x', output: 0 }], controlInputs: ['call/print'] });
    expect(graph.nodes.has('first/print')).toBe(false);
  });

  it('turns an inner value that a signature is fed at into an input', async () => {
    const graph = await openBuilt(buildSavedModel({
      nodes: [placeholder('bytes', 'string', []), { name: 'decode', op: 'DecodeRaw', inputs: ['bytes'], attrs: { out_type: 'float32' } }, relu('y', 'decode')],
      signatures: { serving_default: { inputs: { pixels: 'decode:0' }, outputs: { y: 'y:0' } } },
    }));
    expect([...graph.nodes.values()].map(({ name, op }) => [name, op])).toEqual([['decode', 'Placeholder'], ['y', 'Relu']]);
    expect(graph.inputs[0]).toMatchObject({ name: 'pixels', dtype: 'float32', shape: [-1] });
  });

  const calling = (name: string, ...callees: string[]): FunctionSpec => ({
    name, args: float('a'), results: float('r'), returns: { r: `call_${callees.length - 1}:output:0` },
    nodes: callees.map((callee, index) => callOf(`call_${index}`, callee, index === 0 ? 'a' : `call_${index - 1}:output:0`)),
  });
  const main = callOf('call', 'f0', 'serving_default_x');

  it('refuses recursion, direct or through others', async () => {
    for (const functions of [[calling('f0', 'f0')], [calling('f0', 'f1'), calling('f1', 'f2'), calling('f2', 'f1')]]) {
      expect(await failure(openBuilt(buildSavedModel({ nodes: [X, main], functions, signatures: SIGNATURE })))).toMatch(
        /^saved_model\.pb: the function "f\d" calls itself, or is called by one that does: recursion cannot become a graph\. Export the model with a loop/);
    }
  });

  it('refuses functions that would make a small file a huge graph, before there is one', async () => {
    const leaf: FunctionSpec = { name: 'f40', args: float('a'), results: float('r'), nodes: [relu('Relu', 'a')], returns: { r: 'Relu:activations:0' } };
    const doubling = Array.from({ length: 40 }, (_, level) => calling(`f${level}`, `f${level + 1}`, `f${level + 1}`));
    const started = performance.now();
    expect(await failure(openBuilt(buildSavedModel({ nodes: [X, main], functions: [...doubling, leaf], signatures: SIGNATURE })))).toContain('so often that the graph would not fit into memory');
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('follows a long chain of calls in linear time', async () => {
    const pass: FunctionSpec = { name: 'pass', args: float('a'), results: float('r'), nodes: [], returns: { r: 'a' } };
    const chain = Array.from({ length: 20_000 }, (_, index) => callOf(index === 19_999 ? 'call' : `c${index}`, 'pass', index === 0 ? 'serving_default_x' : `c${index - 1}`));
    const graph = await openBuilt(buildSavedModel({ nodes: [X, ...chain], functions: [pass], signatures: SIGNATURE }));
    expect(graph.nodes.get('y')!.inputs).toEqual([{ node: 'x', output: 0 }]);
  });

  it('takes a node that waits for very many others', async () => {
    const waited = Array.from({ length: 200_000 }, (_, index): NodeSpec => ({ name: `n${index}`, op: 'NoOp' }));
    const nodes = [X, ...waited, { ...relu('call', 'serving_default_x'), inputs: ['serving_default_x', ...waited.map(({ name }) => `^${name}`)] }];
    expect([...(await openBuilt(buildSavedModel({ nodes, signatures: SIGNATURE }))).nodes.keys()].sort()).toEqual(['call', 'x']);
  });

  it('refuses calls that do not fit the function', async () => {
    const refused = (nodes: readonly NodeSpec[], ...functions: FunctionSpec[]): Promise<string> => failure(openBuilt(buildSavedModel({ nodes, functions, signatures: SIGNATURE })));
    expect(await refused([X, main])).toContain('calls a function "f0" that it does not hold');
    const two: FunctionSpec = { ...calling('f0', 'f1'), args: { a: 'float32', b: 'float32' }, nodes: [relu('Relu', 'b')], returns: { r: 'Relu:activations:0' } };
    expect(await refused([X, main], two)).toContain('node "call": it calls "f0" with too few arguments');
    const lost: FunctionSpec = { ...two, args: float('a'), nodes: [relu('Relu', 'c')] };
    expect(await refused([X, main], lost)).toContain('node "Relu": its input "c" is not in the function');
    expect(await refused([X, main], { ...lost, nodes: [relu('Relu', 'a')], returns: { r: 'Relu:nothing:0' } })).toContain('it reads "Relu:nothing:0", but Relu has no such output');
  });
});

describe('variables', () => {
  const handle: NodeSpec = { name: 'v', op: 'VarHandleOp', attrs: { dtype: 'float32', shape: { kind: 'shape', value: [2] }, shared_name: 'v' } };

  it('that a signature changes are refused with the op that does', async () => {
    const nodes = [X, handle, { name: 'add', op: 'AssignAddVariableOp', inputs: ['v', 'serving_default_x'], attrs: { dtype: 'float32' } }, { ...relu('call', 'serving_default_x'), inputs: ['serving_default_x', '^add'] }];
    expect(await failure(openBuilt(buildSavedModel({ nodes, signatures: SIGNATURE })))).toMatch(
      /^saved_model\.pb: node "add": AssignAddVariableOp does more to the variable "v" than read it, which a frozen graph cannot\. Choose a signature for inference/);
    const ref: NodeSpec = { name: 'v', op: 'VariableV2', attrs: { dtype: 'float32', shape: { kind: 'shape', value: [2] } } };
    const assigns = [X, ref, { name: 'call', op: 'Assign', inputs: ['v', 'serving_default_x'], attrs: { T: 'float32' } }];
    expect(await failure(openBuilt(buildSavedModel({ nodes: assigns, signatures: SIGNATURE })))).toContain('Assign does more to the variable "v" than read it');
  });

  it('without stored values are refused, those nothing reads are not looked for', async () => {
    const reading = [X, handle, { name: 'call', op: 'ReadVariableOp', inputs: ['v'], attrs: { dtype: 'float32' } }];
    expect(await failure(openBuilt(buildSavedModel({ nodes: reading, signatures: SIGNATURE })))).toMatch(/^variables\/variables\.index: Cannot read it/);
    expect((await openBuilt(buildSavedModel({ nodes: [...reading.slice(0, 2), relu('call', 'serving_default_x')], signatures: SIGNATURE }))).nodes.size).toBe(2);
  });
});

describe('graphs and signatures', () => {
  const graph = { nodes: [X, relu('call', 'serving_default_x'), relu('other', 'serving_default_x')], signatures: SIGNATURE };
  const only = { other: { inputs: { x: 'serving_default_x:0' }, outputs: { z: 'other:0' } } };

  it('are chosen by tags and name, by default serve and serving_default, or the only ones there are', async () => {
    const training = { ...graph, nodes: [X, constant('call', 'float32', [1], [1])], tags: ['train'] };
    expect((await openBuilt(buildSavedModel(training, graph))).nodes.get('call')!.op).toBe('Relu');
    expect((await openBuilt(buildSavedModel(training, graph), { tags: ['train'] })).outputs.map(({ name }) => name)).toEqual(['y']);
    expect((await openBuilt(buildSavedModel({ ...graph, signatures: only, tags: [] }))).outputs).toMatchObject([{ name: 'z', value: { node: 'other' } }]);
    expect((await openBuilt(buildSavedModel({ ...graph, signatures: { ...SIGNATURE, ...only } }), { signature: 'other' })).outputs).toMatchObject([{ name: 'z' }]);
  });

  it('are those the config names, also when it changes', async () => {
    const conversion = createConversion(nodeHost(NO_PROGRESS));
    const apply = (config: object) => conversion.setConfig({ text: JSON.stringify(config), path: undefined });
    await conversion.open(join(FIXTURES, 'digits_gru'), { text: '{ "signature": "serve", "use_bf16": true }', path: undefined });
    for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
    expect(conversion.graph.nodes.get('image')).toBeDefined();
    const { problems } = await apply({ signature: 'serves', use_bf16: true });
    expect(problems.map(({ path, message }) => [path, message])).toEqual([
      [['signature'], '"signature": the SavedModel has no signature "serves"; there are "serve", "serving_default". Name one of them with "signature" in the config.'],
    ]);
    expect(conversion.snapshots).toHaveLength(4);
    expect((await apply({ signature: 'serving_default', use_bf16: true })).snapshots).toBe(1);
    expect((await apply({ signature: 'serving_default', use_bf16: true, tags: ['train'] })).problems.map(({ path }) => path)).toEqual([]);
    await conversion.runPhase();
    expect(await apply({ use_bf16: false })).toMatchObject({ problems: [], snapshots: 1 });
  });

  it('are refused with what there is', async () => {
    expect(await failure(openBuilt(buildSavedModel(graph, graph), { tags: ['tpu'] }))).toContain('none of its graphs has the tags [tpu]; there are [serve] and [serve]');
    expect(await failure(openBuilt(buildSavedModel(graph), { signature: 'predict' }))).toContain('has no signature "predict"; there are "serving_default". Name one of them with "signature" in the config');
    expect(await failure(openBuilt(buildSavedModel({ ...graph, signatures: {} })))).toContain('it has none. Export the model with a signature');
    expect(await failure(openBuilt(buildSavedModel({ ...graph, signatures: { serving_default: { outputs: { y: 'gone:0' } } } })))).toContain('"y" of the signature "serving_default" is "gone:0", which is not in the graph');
    expect(await failure(openBuilt(buildSavedModel()))).toContain('the SavedModel holds no graph');
    expect(await failure(openBuilt(Uint8Array.of(0x12, 0x05, 0x0a)))).toContain('the file is no SavedModel, or it is cut off');
  });

  it('cut off anywhere are refused or read', async () => {
    const bytes = await readFile(join(FIXTURES, 'nested', 'saved_model.pb'));
    for (let size = 1; size < bytes.length; size += 997) {
      const outcome = await openBuilt(new Uint8Array(bytes.subarray(0, size))).then(() => undefined, (error: unknown) => error);
      if (outcome !== undefined) expect(outcome).toBeInstanceOf(UserError);
    }
  });
});
