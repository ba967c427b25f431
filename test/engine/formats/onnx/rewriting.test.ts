import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelProto } from '../../../../src/engine/formats/onnx/messages';
import { emulateBfloat16 } from '../../../../src/engine/formats/onnx/emulate';
import { onnxDialect } from '../../../../src/engine/formats/onnx/dialect';
import { sourceOf } from '../../../../src/engine/formats/onnx/node';
import type { Graph } from '../../../../src/engine/graph/graph';
import { valueKey } from '../../../../src/engine/graph/graph';
import type { Tensor } from '../../../../src/engine/graph/tensor';
import type { KernelRunner } from '../../../../src/engine/host';
import { prepareGraph, runGraph } from '../../../../src/engine/runtime/executor';
import { startTestKernels } from '../../../worker/kernels';
import { buildOnnx, decoded, type OnnxGraphSpec, type OnnxNodeSpec, readBytes, writtenBytes } from '../../../support/onnxBuilder';
import { convertedOnnx } from '../../../support/onnxPhases';

let kernels: KernelRunner;
beforeAll(async () => { kernels = await startTestKernels(); });
afterAll(() => kernels.close());

const f32 = (shape: readonly number[], ...values: number[]): Tensor => ({ dtype: 'float32', shape, data: Float32Array.from(values) });
const ramp = (shape: readonly number[], scale = 1): Tensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  return f32(shape, ...Array.from({ length: count }, (_, index) => scale * Math.sin(index + 1)));
};

async function run(graph: Graph, ...inputs: readonly Tensor[]): Promise<Tensor[]> {
  const feeds = new Map(graph.inputs.map(({ value }, index) => [valueKey(value), inputs[index]!]));
  return runGraph({ graph, dialect: onnxDialect, fetches: graph.outputs.map(({ value }) => value), feeds, kernels });
}

const INT8 = { calibration: { ranges: 'ranges.json' } };
const ops = (graph: Graph): string[] => [...graph.nodes.values()].filter((node) => sourceOf(node).kind === 'node').map((node) => node.op);

function expectClose(actual: Tensor, expected: Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const a = actual.data as Float32Array;
  const b = expected.data as Float32Array;
  a.forEach((value, index) => expect(Math.abs(value - b[index]!), `element ${index}`).toBeLessThanOrEqual(tolerance));
}

const values = (tensor: Tensor): number[] => Array.from(tensor.data as Float32Array);

describe('batch normalisation', () => {
  const vectors = Object.fromEntries(['scale', 'offset', 'mean'].map((name, index) => [name, { shape: [2], float: [0.5 + index, 1 - index] }]));
  const spec: OnnxGraphSpec = {
    inputs: { x: ['float32', ['N', 2, 3, 3]] }, outputs: { y: ['float32', ['N', 2, 3, 3]] },
    initializers: {
      w: { shape: [2, 2, 1, 1], float: [0.5, -1, 0.25, 2] }, b: { shape: [2], float: [0.125, -3] }, ...vectors, variance: { shape: [2], float: [0.5, 2] },
    },
    nodes: [
      { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['c'], attributes: { kernel_shape: [1, 1] } },
      { op: 'BatchNormalization', inputs: ['c', 'scale', 'offset', 'mean', 'variance'], outputs: ['y'], attributes: { epsilon: { float: 1e-3 } } },
    ],
  };

  it('is folded into weights and bias of the convolution, which then makes the output', async () => {
    const graph = await readBytes(buildOnnx(spec));
    const folded = await convertedOnnx(graph, { use_bf16: true, op_name_dict: { '.*': 'fp32', c: 'bf16' } });
    expect(ops(folded)).not.toContain('BatchNormalization');
    const x = ramp([1, 2, 3, 3]);
    const [expected] = await run(graph, x);
    const [actual] = await run(folded, x);
    expectClose(actual!, expected!, 0.05);
    const written = decoded(await writtenBytes(folded));
    expect(written.graph.output.map(({ name }) => name)).toEqual(['y']);
    expect(written.graph.initializer.map(({ name }) => name)).not.toContain('b');
  });

  it('stays after a convolution whose bias is computed', async () => {
    const computed = { ...spec, inputs: { ...spec.inputs, b: ['float32', [2]] as const }, initializers: { ...spec.initializers } };
    delete (computed.initializers as Record<string, unknown>).b;
    const folded = await convertedOnnx(await readBytes(buildOnnx(computed)), { use_bf16: true });
    expect(ops(folded)).toContain('BatchNormalization');
  });
});

describe('values that keep their names', () => {
  it('are those that graphs which stay as they are read, also when their op becomes BF16', async () => {
    // The name "x" means a value of the graph around as well.
    const branch = (op: string): { graph: OnnxGraphSpec } => ({ graph: { nodes: [{ op, inputs: ['product'], outputs: ['x'] }], outputs: { x: ['float32', [2, 2]] } } });
    const graph = await readBytes(buildOnnx({
      inputs: { x: ['float32', [2, 2]], condition: ['bool', []] }, outputs: { y: ['float32', [2, 2]] },
      initializers: { w: { shape: [2, 2], float: [1, 0.5, -2, 0.25] } },
      nodes: [
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
        { op: 'If', inputs: ['condition'], outputs: ['y'], attributes: { then_branch: branch('Neg'), else_branch: branch('Abs') } },
      ],
    }));
    const mixed = await convertedOnnx(graph, { use_bf16: true });
    const again = await readBytes(await writtenBytes(mixed));
    const made = [...again.nodes.values()].find((node) => sourceOf(node).outputNames[0] === 'product')!;
    expect([made.op, onnxDialect.outputTypes(made)]).toEqual(['Cast', ['float32']]);
  });
});

it('constants of numbers smaller than a byte stay as they are', async () => {
  const model = ModelProto.decode(buildOnnx({
    inputs: { x: ['float32', [2]] }, outputs: { y: ['float32', [2]], z: ['float32', [2]] }, initializers: { w: { shape: [2], float: [] }, s: { shape: [], float: [0.5] } },
    nodes: [{ op: 'QuantizeLinear', inputs: ['x', 's', 'w'], outputs: ['q'] }, { op: 'DequantizeLinear', inputs: ['q', 's', 'w'], outputs: ['d'] }, { op: 'Add', inputs: ['x', 'd'], outputs: ['y'] }, { op: 'Transpose', inputs: ['w'], outputs: ['t'] }, { op: 'DequantizeLinear', inputs: ['t', 's'], outputs: ['z'] }],
  }, { opset: 21 }));
  Object.assign((model as unknown as { graph: { initializer: object[] } }).graph.initializer[0]!, { dataType: 22, rawData: Uint8Array.of(0x3e) });
  const graph = await readBytes(ModelProto.encode(model).finish());
  expect(onnxDialect.outputTypes(graph.nodes.get('w')!)).toEqual(['int4']);
  expect((await convertedOnnx(graph, { use_bf16: true, ...INT8 })).nodes.get('w')).toBe(graph.nodes.get('w'));
});

describe('BF16', () => {
  const spec: OnnxGraphSpec = {
    inputs: { x: ['float32', [2, 3]] }, outputs: { y: ['float32', [2, 2]] },
    initializers: { w: { shape: [3, 2], float: [1.001, 2, 3, 4, 5, 6.003] } },
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['p'] }, { op: 'Relu', inputs: ['p'], outputs: ['r'] }, { op: 'Transpose', inputs: ['r'], outputs: ['y'], attributes: { perm: [1, 0] } }],
  };

  it('is emulated by Casts after what rounds, and none after what only chooses or moves', async () => {
    const mixed = await convertedOnnx(await readBytes(buildOnnx(spec)), { use_bf16: true });
    const { graph } = emulateBfloat16(mixed);
    expect(ops(graph).sort()).toEqual(['Cast', 'Cast', 'Cast', 'Cast', 'MatMul', 'Relu', 'Transpose']);
    expect([...graph.nodes.values()].filter((node) => node.op !== 'Cast').some((node) => onnxDialect.outputTypes(node).includes('bfloat16'))).toBe(false);
  });

  it('runs as its emulation does, with every number a BF16 one', async () => {
    const mixed = await convertedOnnx(await readBytes(buildOnnx(spec)), { use_bf16: true });
    const x = ramp([2, 3]);
    const [direct] = await run(mixed, x);
    const [written] = await run(await readBytes(await writtenBytes(mixed, { bf16: 'emulated' })), x);
    expect(written).toEqual(direct);
    expect(values(direct!).every((value) => (new Uint32Array(Float32Array.of(value).buffer)[0]! & 0xffff) === 0)).toBe(true);
  });

  it('leaves no Cast behind where an op that makes an output returns to FP32', async () => {
    const graph = await readBytes(buildOnnx({ inputs: { x: ['float32', [3]] }, outputs: { y: ['float32', [3]] }, nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }] }));
    const mixed = await convertedOnnx(graph, { use_bf16: true });
    expect(ops(mixed)).toEqual(['Relu']);
    expect(mixed.outputs[0]!.value).toEqual({ node: 'y', output: 0 });
    expect(decoded(await writtenBytes(mixed))).toEqual(decoded(await writtenBytes(graph)));
  });

  it('takes the operator set no further than its ops need', async () => {
    const sets = async (config: object): Promise<number> => decoded(await writtenBytes(await convertedOnnx(await readBytes(buildOnnx(spec, { opset: 11 })), config))).opsetImport[0]!.version;
    expect(await sets({})).toBe(11);
    expect(await sets({ use_bf16: true })).toBe(13);
    expect(await sets(INT8)).toBe(13);
  });
});

describe('a run', () => {
  const spec: OnnxGraphSpec = {
    inputs: { x: ['float32', [2]] }, outputs: { y: ['float32', [2]] },
    nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['a'] }, { op: 'Abs', inputs: ['a'], outputs: ['b'] }, { op: 'Sqrt', inputs: ['b'], outputs: ['y'] }],
  };
  const refs = (...names: string[]): { node: string; output: number }[] => names.map((node) => ({ node, output: 0 }));

  it('is cut where an inner value is fed, and leaves out what lies before', async () => {
    const graph = await readBytes(buildOnnx(spec));
    const seen = new Map<string, Tensor>();
    const prepared = prepareGraph({ graph, dialect: onnxDialect, fetches: refs('y', 'b'), observed: refs('a', 'y'), feeds: ['b:0'], extremesOnly: true, kernels });
    const results = await prepared.run({ feeds: new Map([['b:0', f32([2], 4, 9)]]), observe: (value, tensor) => seen.set(value.node, tensor) });
    expect(results.map(values)).toEqual([[2, 3], [4, 9]]);
    expect([...seen]).toEqual([['y', f32([2], 2, 3)]]);
    prepared.close();
  });

  it('says which input it needs', async () => {
    const graph = await readBytes(buildOnnx(spec));
    expect(() => prepareGraph({ graph, dialect: onnxDialect, fetches: refs('y'), feeds: [], kernels })).toThrow('A value must be fed to the input "x"');
  });

  it('shows NaN to observers', async () => {
    const graph = await readBytes(buildOnnx(spec));
    const seen: number[][] = [];
    const prepared = prepareGraph({ graph, dialect: onnxDialect, fetches: [], observed: refs('a'), feeds: ['x:0'], extremesOnly: true, kernels });
    await prepared.run({ feeds: new Map([['x:0', f32([2], NaN, 1)]]), observe: (_, tensor) => seen.push(values(tensor)) });
    expect(seen.flat().some(Number.isNaN)).toBe(true);
  });

  it('refuses what onnxruntime refuses, with its words', async () => {
    const graph = await readBytes(buildOnnx({ ...spec, nodes: [{ op: 'Unheard', inputs: ['x'], outputs: ['y'] }] }, { domains: { 'com.example': 1 } }));
    await expect(run(graph, f32([2], 1, 2))).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(/^onnxruntime cannot run the model: .*Unheard/) as string });
  });
});

describe('operator sets', () => {
  /** A MatMul beside another op, at operator set 11. */
  const beside = (node: OnnxNodeSpec, initializers: OnnxGraphSpec['initializers'] = {}): Uint8Array => buildOnnx({
    inputs: { x: ['float32', [2, 1, 2]] }, outputs: { y: ['float32', [2, 1, 2]], z: ['float32', [2, 2]] },
    initializers: { w: { shape: [2, 2], float: [1, 0, 0.5, 2] }, ...initializers },
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }, node],
  }, { opset: 11, irVersion: 6 });

  const nodes: [string, OnnxNodeSpec][] = [
    ['Squeeze', { op: 'Squeeze', inputs: ['x'], outputs: ['z'], attributes: { axes: [1] } }],
    ['ReduceSum', { op: 'ReduceSum', inputs: ['x'], outputs: ['z'], attributes: { axes: [1], keepdims: 0 } }],
  ];

  it.each(nodes)('are raised together with the attributes of %s that became inputs', async (op, node) => {
    const graph = await readBytes(beside(node));
    const x = ramp([2, 1, 2]);
    const before = await run(graph, x);
    const raised = await readBytes(await writtenBytes(await convertedOnnx(graph, INT8)));
    expect([...raised.nodes.values()].find((other) => other.op === op)!.inputs).toHaveLength(2);
    const after = await run(raised, x);
    expect(after[1]).toEqual(before[1]);
    expectClose(after[0]!, before[0]!, 0.1);
  });

  it('stay where an op would mean something else, which is the reason given', async () => {
    const graph = await readBytes(beside({ op: 'Softmax', name: 'softmax', inputs: ['x'], outputs: ['z'] }));
    const answer = onnxDialect.kernelFor(graph.nodes.get('y')!, new Map([['T', 'bfloat16']]));
    expect(answer).toEqual({ ok: false, reason: 'ONNX defines MatMul with bfloat16 from operator set 13 on, but this model is in 11. Softmax (node "softmax") means something else from operator set 13 on.' });
    const quantized = await convertedOnnx(graph, INT8);
    expect(decoded(await writtenBytes(quantized)).opsetImport).toEqual([{ domain: '', version: 11 }]);
    const weight = [...quantized.nodes.values()].find((node) => node.op === 'DequantizeLinear' && node.name.startsWith('w/'))!;
    expect(weight.attributes.has('axis')).toBe(false);
    expectClose((await run(quantized, ramp([2, 1, 2])))[0]!, (await run(graph, ramp([2, 1, 2])))[0]!, 0.1);
  });
});

describe('INT8', () => {
  it('keeps initializers out of the inputs that old models list them among, once they are stored otherwise', async () => {
    const graph = await readBytes(buildOnnx({
      inputs: { x: ['float32', [2, 2]], w: ['float32', [2, 2]] }, outputs: { y: ['float32', [2, 2]] },
      initializers: { w: { shape: [2, 2], float: [1, -0.5, 0.25, 2] } }, nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    }, { opset: 13, irVersion: 3 }));
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    const written = decoded(await writtenBytes(await convertedOnnx(graph, INT8)));
    expect(written.graph.input.map(({ name }) => name)).toEqual(['x']);
    expect(written.irVersion).toBe(4);
  });

  it('puts the bias on the grid of the accumulator, so that dequantizing gives it back', async () => {
    const bias = [0.3, -1.7];
    const graph = await readBytes(buildOnnx({
      inputs: { x: ['float32', [2, 3]] }, outputs: { y: ['float32', [2, 2]] },
      initializers: { w: { shape: [2, 3], float: [1, 2, -0.5, 0.25, 1, 1] }, b: { shape: [2], float: bias } },
      nodes: [{ op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['y'], attributes: { transB: 1 } }],
    }));
    const quantized = await convertedOnnx(graph, INT8);
    const [result] = await run(quantized, f32([2, 3], 0, 0, 0, 0, 0, 0));
    values(result!).forEach((value, index) => expect(value).toBeCloseTo(bias[index % 2]!, 3));
    expect(ops(quantized).filter((op) => op === 'DequantizeLinear')).toHaveLength(3);
  });
});
