import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrate } from '../../../../src/engine/calibration/calibrate';
import type { Ranges } from '../../../../src/engine/calibration/ranges';
import { onnxDialect } from '../../../../src/engine/formats/onnx/dialect';
import { sourceOf } from '../../../../src/engine/formats/onnx/node';
import { type Graph, type Node, valueKey } from '../../../../src/engine/graph/graph';
import { Rewriter } from '../../../../src/engine/graph/rewriter';
import type { Tensor } from '../../../../src/engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS } from '../../../../src/engine/host';
import { runGraph } from '../../../../src/engine/runtime/executor';
import { startTestKernels } from '../../../worker/kernels';
import { WITH_BODIES, withCalls } from '../../../support/onnxBodies';
import { buildOnnx, decoded, type OnnxGraphSpec, readBytes, writtenBytes } from '../../../support/onnxBuilder';
import { convertedOnnx } from '../../../support/onnxPhases';

let kernels: KernelRunner;
beforeAll(async () => { kernels = await startTestKernels(); });
afterAll(() => kernels.close());

const x: Tensor = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(0.4, -1.2, 0.7, 2.1) };
const bool = (value: boolean): Tensor => ({ dtype: 'bool', shape: [], data: Uint8Array.of(Number(value)) });

async function run(graph: Graph, condition = true): Promise<number[][]> {
  const feeds = new Map(graph.inputs.map(({ name, value }) => [valueKey(value), name === 'x' ? x : bool(condition)]));
  const results = await runGraph({ graph, dialect: onnxDialect, fetches: graph.outputs.map(({ value }) => value), feeds, kernels });
  return results.map(({ data }) => Array.from(data as Float32Array, Number));
}

const open = (spec: OnnxGraphSpec): Promise<Graph> => readBytes(buildOnnx(spec));
const inside = (graph: Graph, op: string): Node[] => [...graph.nodes.values()].filter((node) => node.op === op && sourceOf(node).home !== undefined);

describe('graphs that nodes run', () => {
  it('have their nodes in the graph, under the path of the node, reading values further out as they are', async () => {
    const graph = await open(WITH_BODIES.If);
    const multiply = graph.nodes.get('choose/then_branch/multiply')!;
    expect(multiply.inputs.map(valueKey)).toEqual(['first:0', 'w:0']);
    expect(onnxDialect.scopeOf(multiply)).toEqual(['choose', 'then_branch']);
    expect(onnxDialect.outputTypes(multiply)).toEqual(['float32']);
    expect(graph.nodes.get('choose')!.inputs.map(valueKey)).toEqual(['condition:0', 'choose/then_branch/result:0', 'choose/else_branch/result:0']);
    expect(onnxDialect.observable!(multiply, () => true)).toBe('summary');
  });

  it('begin with what the node around gives them', async () => {
    const graph = await open(WITH_BODIES['If in Loop']);
    expect(graph.nodes.get('repeat/body/state')!.inputs.map(valueKey)).toEqual(['x:0']);
    expect(graph.nodes.get('repeat/body/going')!.inputs.map(valueKey)).toEqual(['condition:0']);
    expect(graph.nodes.get('repeat/body/trip')!.inputs).toEqual([]);
    expect(graph.nodes.has('repeat/body/choose/else_branch/multiply')).toBe(true);
  });

  it.each(Object.entries(WITH_BODIES))('are written byte for byte where nothing in them changes: %s', async (_, spec) => {
    const bytes = buildOnnx(spec);
    expect(Buffer.from(await writtenBytes(await readBytes(bytes))).equals(Buffer.from(bytes))).toBe(true);
  });

  const rewards = Object.entries(WITH_BODIES).flatMap(([name, spec]) => [0, 0.25].map((bf16_reward) => [name, bf16_reward, spec] as const));

  it.each(rewards)('become BF16 inside, and compute nearly the same after writing: %s at a reward of %d', async (_, bf16_reward, spec) => {
    const graph = await open(spec);
    const mixed = await convertedOnnx(graph, { use_bf16: true, bf16_reward });
    expect(inside(mixed, 'MatMul').map((node) => onnxDialect.outputTypes(node)[0])).toEqual(inside(graph, 'MatMul').map(() => 'bfloat16'));
    const again = await readBytes(await writtenBytes(mixed));
    expect(inside(again, 'MatMul')).toHaveLength(inside(graph, 'MatMul').length);
    for (const condition of [true, false]) {
      const expected = await run(graph, condition);
      const actual = await run(again, condition);
      expect(actual.flat()).toHaveLength(expected.flat().length);
      expected.flat().forEach((value, index) => expect(actual.flat()[index]! - value, `element ${index}`).toBeCloseTo(0, 1));
      if (condition) expect(actual).not.toEqual(expected);
    }
  });

  const carried = { Loop: ['repeat', 'repeat/body/state'], 'If in Loop': ['repeat', 'repeat/body/state'], Scan: ['scan', 'scan/body/state'] } as const;

  it.each(Object.entries(carried))('carry BF16 from trip to trip, with Casts outside: %s', async (name, [owner, state]) => {
    const graph = await open(WITH_BODIES[name as keyof typeof carried]);
    const mixed = await convertedOnnx(graph, { use_bf16: true });
    expect(onnxDialect.outputTypes(mixed.nodes.get(owner)!)[0]).toBe('bfloat16');
    const again = await readBytes(await writtenBytes(mixed));
    expect(onnxDialect.outputTypes(again.nodes.get(state)!)).toEqual(['bfloat16']);
    expect(onnxDialect.outputTypes(again.nodes.get(owner)!)[0]).toBe('bfloat16');
    expect(inside(again, 'Cast').map(({ id }) => id)).toEqual([]);
  });

  it.each(Object.entries(carried))('carry FP32 where the config says so: %s', async (name, [owner, state]) => {
    const graph = await open(WITH_BODIES[name as keyof typeof carried]);
    const mixed = await convertedOnnx(graph, { use_bf16: true, op_name_dict: { [owner]: 'fp32' } });
    expect(onnxDialect.outputTypes(mixed.nodes.get(owner)!)[0]).toBe('float32');
    expect(onnxDialect.outputTypes((await readBytes(await writtenBytes(mixed))).nodes.get(state)!)).toEqual(['float32']);
  });

  it.each(Object.entries(carried))('carry BF16 after the second phase where the config names them: %s', async (name, [owner, state]) => {
    const graph = await open(WITH_BODIES[name as keyof typeof carried]);
    const mixed = await convertedOnnx(graph, { use_bf16: true, bf16_ops: [`re:${owner}`], cast_placement: 'none' });
    expect(onnxDialect.outputTypes((await readBytes(await writtenBytes(mixed))).nodes.get(state)!)).toEqual(['bfloat16']);
  });

  it('become INT8 where the range of what they read is known', async () => {
    const graph = await open(WITH_BODIES['If in Loop']);
    const mixed = await convertedOnnx(graph, { calibration: { ranges: 'ranges.json' } }, (key) => key === 'first:0');
    const isInt8 = (id: string): boolean => onnxDialect.isDequantize(mixed.nodes.get(mixed.nodes.get(id)!.inputs[0]!.node)!);
    expect([isInt8('repeat/body/choose/then_branch/multiply'), isInt8('repeat/body/step')]).toEqual([true, false]);
    const again = await readBytes(await writtenBytes(mixed));
    // Quantized where it is made, not once per trip.
    expect([...again.nodes.values()].filter((node) => node.op === 'QuantizeLinear' && sourceOf(node).home === undefined)).toHaveLength(1);
    const expected = await run(graph);
    (await run(again)).flat().forEach((value, index) => expect(value - expected.flat()[index]!, `element ${index}`).toBeCloseTo(0, 1));
  });

  it('stay as they are where a name in them means two values', async () => {
    const body: OnnxGraphSpec = { nodes: [{ op: 'Neg', inputs: ['outer'], outputs: ['x'] }], outputs: { x: ['float32', [2, 2]] } };
    const graph = await open({
      ...WITH_BODIES.If,
      nodes: [WITH_BODIES.If.nodes[0]!, { op: 'If', inputs: ['condition'], outputs: ['y'], attributes: { then_branch: { graph: body }, else_branch: { graph: body } } }],
    });
    expect(graph.nodes.get('y')!.inputs.map(valueKey)).toEqual(['condition:0', 'first:0']);
    expect(sourceOf(graph.nodes.get('y')!).captures).toEqual(['outer']);
  });
});

describe('a rewrite across the border of a graph that a node runs', () => {
  const RULE = { name: 'test', description: 'test' };

  it('moves a node that is read from outside out of it', async () => {
    const graph = await open(WITH_BODIES.If);
    const rewriter = new Rewriter(graph, 'optimize');
    rewriter.apply(RULE, 'test', () => {
      // Both branches now read the product of the first.
      rewriter.redirect(rewriter.uses('choose/else_branch/multiply'), { node: 'choose/then_branch/multiply', output: 0 });
      rewriter.remove('choose/else_branch/multiply');
    });
    const again = await readBytes(await writtenBytes(rewriter.finish()));
    expect([...again.nodes.values()].filter((node) => node.op === 'MatMul').map((node) => sourceOf(node).home === undefined)).toEqual([true, true]);
    expect(await run(again, true)).toEqual(await run(graph, true));
  });

  it('hands on a result that is made outside', async () => {
    const graph = await open(WITH_BODIES.If);
    const rewriter = new Rewriter(graph, 'optimize');
    rewriter.apply(RULE, 'test', () => rewriter.redirect(rewriter.uses('choose/then_branch/result'), { node: 'first', output: 0 }));
    const again = await readBytes(await writtenBytes(rewriter.finish()));
    const product = [0.4 * -0.5 + -1.2 * 0.2, 0.4 * 0.7 + -1.2 * 0.4, 0.7 * -0.5 + 2.1 * 0.2, 0.7 * 0.7 + 2.1 * 0.4];
    (await run(again, true))[0]!.forEach((value, index) => expect(value).toBeCloseTo(product[index]!, 5));
  });
});

describe('calibration', () => {
  const rangesOf = (graph: Graph, condition: boolean, ids: readonly string[], algorithm: 'minmax' | 'percentile' = 'minmax'): Promise<Ranges> => calibrate({
    graph, dialect: onnxDialect, values: ids.map((node) => ({ node, output: 0 })), samplingSize: 1, algorithm, kernels, progress: NO_PROGRESS,
    data: new Map([['x', x], ['condition', bool(condition)]]),
  });
  const extremes = (values: readonly number[]): object => ({ min: Math.min(...values), max: Math.max(...values) });

  it('sees what the branch that runs computes, and nothing of the other', async () => {
    const graph = await open(WITH_BODIES.If);
    const ids = ['choose/then_branch/result', 'choose/else_branch/result'];
    const [y] = await run(graph, true);
    expect([...await rangesOf(graph, true, ids)]).toEqual([['choose/then_branch/result:0', { ...extremes(y!), shape: [2, 2] }]]);
    expect([...(await rangesOf(graph, false, ids)).keys()]).toEqual(['choose/else_branch/result:0']);
  });

  it.each(['Loop', 'If in Loop', 'Scan'] as const)('sees all trips: %s', async (name) => {
    const graph = await open(WITH_BODIES[name]);
    const [, all] = await run(graph, true);
    const [id, shape] = ({ Loop: ['repeat/body/seen', [2, 2]], 'If in Loop': ['repeat/body/choose', [2, 2]], Scan: ['scan/body/made', [2]] } as const)[name];
    expect((await rangesOf(graph, true, [id])).get(`${id}:0`)).toEqual({ ...extremes(all!), shape });
    if (name === 'If in Loop') {
      expect((await rangesOf(graph, true, ['repeat/body/choose/then_branch/result'])).get('repeat/body/choose/then_branch/result:0')).toEqual({ ...extremes(all!), shape });
    }
  });

  it('sees what comes before an op that onnxruntime has not, also one in a branch, and nothing after it', async () => {
    const square = ['float32', [2, 2]] as const;
    const branch = (op: string, domain = ''): { graph: OnnxGraphSpec } => ({
      graph: { nodes: [{ op: 'Relu', inputs: ['product'], outputs: ['r'] }, { op, domain, inputs: ['r'], outputs: ['z'] }], outputs: { z: square } },
    });
    const graph = await open({
      inputs: { x: square, condition: ['bool', []] }, outputs: { y: square }, initializers: WITH_BODIES.If.initializers,
      nodes: [
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
        { op: 'If', inputs: ['condition'], outputs: ['chosen'], attributes: { then_branch: branch('Neg'), else_branch: branch('Own', 'custom') } },
        { op: 'MatMul', inputs: ['chosen', 'v'], outputs: ['y'] },
      ],
    });
    expect([...(await rangesOf(graph, true, ['x', 'product', 'chosen/then_branch/r', 'chosen'])).keys()]).toEqual(['x:0', 'product:0']);
    await expect(run(graph)).rejects.toThrow('onnxruntime has no op Own of custom.');
  });

  it('sees no range where there is no trip, and no quantiles inside', async () => {
    const graph = await open({ ...WITH_BODIES.Loop, initializers: { ...WITH_BODIES.Loop.initializers, trips: { shape: [], int: [0] } } });
    expect([...(await rangesOf(graph, true, ['repeat/body/seen', 'first'])).keys()]).toEqual(['first:0']);
    expect([...(await rangesOf(await open(WITH_BODIES.Loop), true, ['repeat/body/seen', 'first'], 'percentile')).keys()]).toEqual(['first:0']);
  });
});

describe("calls of the model's own functions", () => {
  const opened = (): Promise<Graph> => readBytes(withCalls(buildOnnx));
  const written = async (graph: Graph): Promise<string[]> => decoded(await writtenBytes(graph)).graph.node.map(({ opType }) => opType);

  it('are replaced by the nodes of the function, with what the call gives them', async () => {
    const graph = await opened();
    expect([...graph.nodes.keys()].filter((id) => /^(one|two)/.test(id))).toEqual([
      'one/multiply', 'one/activate/c', 'one/activate/b', 'two/multiply', 'two/activate/c', 'two/activate/b',
    ]);
    expect(graph.nodes.get('one/multiply')!.inputs.map(valueKey)).toEqual(['x:0', 'w:0', 'v:0']);
    expect(graph.nodes.get('two/multiply')!.inputs.map(valueKey)).toEqual(['one/activate/b:0', 'v:0']);
    expect(graph.nodes.get('one/activate/c')!.attributes.get('alpha')).toMatchObject({ kind: 'float', value: 0.5 });
    expect(graph.nodes.get('two/activate/c')!.attributes.get('alpha')).toMatchObject({ kind: 'float', value: 0.25 });
    expect(graph.outputs[0]!.value).toEqual({ node: 'two/activate/b', output: 0 });
  });

  it('are written byte for byte where nothing changes', async () => {
    const bytes = withCalls(buildOnnx);
    expect(Buffer.from(await writtenBytes(await readBytes(bytes))).equals(Buffer.from(bytes))).toBe(true);
  });

  it('become BF16 without Casts between them, and compute nearly the same after writing', async () => {
    const graph = await opened();
    const mixed = await convertedOnnx(graph, { use_bf16: true });
    expect([...mixed.nodes.values()].filter(({ op }) => op === 'Cast')).toHaveLength(2);
    expect(await written(mixed)).toEqual(['Cast', 'Gemm', 'LeakyRelu', 'Abs', 'Gemm', 'LeakyRelu', 'Abs', 'Identity', 'Cast']);
    const again = await readBytes(await writtenBytes(mixed));
    const expected = (await run(graph))[0]!;
    const actual = (await run(again))[0]!;
    actual.forEach((value, index) => expect(value - expected[index]!, `element ${index}`).toBeCloseTo(0, 1));
    expect(actual).not.toEqual(expected);
  });

  it('stay calls where nothing in them changes', async () => {
    const graph = await opened();
    const mixed = await convertedOnnx(graph, { use_bf16: true, op_name_dict: { 'two/.*': 'fp32' } });
    expect(await written(mixed)).toEqual(['Cast', 'Gemm', 'LeakyRelu', 'Abs', 'Cast', 'Block', 'Identity']);
    const again = await readBytes(await writtenBytes(mixed));
    expect((await run(again))[0]).toHaveLength(4);
  });

  it('stay calls where a function calls itself', async () => {
    const graph = await readBytes(buildOnnx(
      { inputs: { x: ['float32', [2]] }, outputs: { y: ['float32', [2]] }, nodes: [{ op: 'Again', domain: 'own', inputs: ['x'], outputs: ['y'], name: 'call' }] },
      { domains: { own: 1 }, functions: [{ name: 'Again', inputs: ['a'], outputs: ['b'], nodes: [{ op: 'Again', domain: 'own', inputs: ['a'], outputs: ['b'] }] }] },
    ));
    expect([...graph.nodes.values()].map(({ op }) => op)).toEqual(['Input', 'Again']);
  });

  it('stay calls where they would come to more nodes than can be shown', async () => {
    const double = (name: string, inner: string) => ({
      name, inputs: ['a'], outputs: ['c'],
      nodes: [{ op: inner, domain: 'own', inputs: ['a'], outputs: ['b'] }, { op: inner, domain: 'own', inputs: ['b'], outputs: ['c'] }],
    });
    const functions = [...Array.from({ length: 40 }, (_, index) => double(`F${index}`, `F${index + 1}`)), { name: 'F40', inputs: ['a'], outputs: ['b'], nodes: [{ op: 'Neg', inputs: ['a'], outputs: ['b'] }] }];
    const graph = await readBytes(buildOnnx(
      { inputs: { x: ['float32', [2]] }, outputs: { y: ['float32', [2]] }, nodes: [{ op: 'F0', domain: 'own', inputs: ['x'], outputs: ['y'] }] }, { domains: { own: 1 }, functions },
    ));
    expect(graph.nodes.size).toBeLessThan(100_000);
  });
});
