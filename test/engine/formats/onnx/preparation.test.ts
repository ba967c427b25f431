import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../../src/engine/config/config';
import { onnxDialect } from '../../../../src/engine/formats/onnx/dialect';
import { sourceOf } from '../../../../src/engine/formats/onnx/node';
import { type Graph, valueKey } from '../../../../src/engine/graph/graph';
import { Rewriter } from '../../../../src/engine/graph/rewriter';
import type { Tensor } from '../../../../src/engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS } from '../../../../src/engine/host';
import { fusePadding } from '../../../../src/engine/phases/prepare/fusePadding';
import { prepare } from '../../../../src/engine/phases/prepare/prepare';
import { runGraph } from '../../../../src/engine/runtime/executor';
import { buildOnnx, type OnnxGraphSpec, type OnnxNodeSpec, readBytes, writtenBytes } from '../../../support/onnxBuilder';
import { normalNumbers } from '../../../support/random';
import { startTestKernels } from '../../../worker/kernels';

let kernels: KernelRunner;
beforeAll(async () => { kernels = await startTestKernels(); });
afterAll(() => kernels.close());

const ops = (graph: Graph): string[] => [...graph.nodes.values()].filter((node) => sourceOf(node).kind === 'node').map((node) => node.op);
const X: Tensor = { dtype: 'float32', shape: [1, 2, 5, 5], data: normalNumbers(50, 1) };

async function run(graph: Graph): Promise<Tensor[]> {
  const feeds = new Map(graph.inputs.map(({ value }) => [valueKey(value), X]));
  return runGraph({ graph, dialect: onnxDialect, fetches: graph.outputs.map(({ value }) => value), feeds, kernels });
}

/** The ops left, after checking that a file of them gives the values it gave. */
async function prepared(spec: OnnxGraphSpec, options?: { opset: number }): Promise<string[]> {
  const graph = await readBytes(buildOnnx(spec, options));
  const rewriter = new Rewriter(graph, 'quantize');
  prepare(rewriter, onnxDialect, DEFAULT_CONFIG.preparation, NO_PROGRESS);
  fusePadding(rewriter, onnxDialect, () => true, NO_PROGRESS);
  const after = await readBytes(await writtenBytes(rewriter.finish()));
  expect(await run(after)).toEqual(await run(graph));
  return ops(after);
}

const io = { inputs: { x: ['float32', [1, 2, 5, 5]] }, outputs: { y: ['float32', ['a', 'b', 'c', 'd']] } } as const;
const weights = { w: { shape: [3, 2, 3, 3], float: [...normalNumbers(54, 2)] } };

describe('preparing ONNX models', () => {
  it('removes what hands values on', async () => {
    const nodes = [
      { op: 'Identity', inputs: ['x'], outputs: ['a'] }, { op: 'Dropout', inputs: ['a'], outputs: ['b'] }, { op: 'Relu', inputs: ['b'], outputs: ['c'] }, { op: 'Identity', inputs: ['c'], outputs: ['y'] },
    ];
    expect(await prepared({ ...io, nodes })).toEqual(['Relu', 'Identity']);
    const told = { ...io, nodes: [{ op: 'Dropout', inputs: ['x', 'ratio', 'train'], outputs: ['a'] }, { op: 'Relu', inputs: ['a'], outputs: ['y'] }] };
    const graph = await readBytes(buildOnnx({ ...told, inputs: { ...io.inputs, ratio: ['float32', []], train: ['bool', []] } }));
    const rewriter = new Rewriter(graph, 'quantize');
    prepare(rewriter, onnxDialect, DEFAULT_CONFIG.preparation, NO_PROGRESS);
    expect(rewriter.changes).toEqual([]);
  });

  it('computes once what is the same, also where a second output is left out', async () => {
    const nodes = [
      { op: 'MaxPool', inputs: ['x'], outputs: ['a', 'places'], attributes: { kernel_shape: [2, 2] } }, { op: 'MaxPool', inputs: ['x'], outputs: ['b'], attributes: { kernel_shape: [2, 2] } },
      { op: 'Relu', inputs: ['a'], outputs: ['c'] }, { op: 'Relu', inputs: ['a'], outputs: ['d'] }, { op: 'Sub', inputs: ['c', 'd'], outputs: ['e'] }, { op: 'Add', inputs: ['e', 'b'], outputs: ['y'] },
    ];
    expect(await prepared({ ...io, nodes })).toEqual(['MaxPool', 'MaxPool', 'Relu', 'Sub', 'Add']);
  });

  it('leaves random numbers and inputs that are left out apart', async () => {
    const random = (output: string) => ({ op: 'RandomNormalLike', inputs: ['x'], outputs: [output] });
    const graph = await readBytes(buildOnnx({ ...io, nodes: [random('a'), random('b'), { op: 'Sub', inputs: ['a', 'b'], outputs: ['y'] }] }));
    const rewriter = new Rewriter(graph, 'quantize');
    prepare(rewriter, onnxDialect, DEFAULT_CONFIG.preparation, NO_PROGRESS);
    expect(rewriter.changes).toEqual([]);
    const clip = (inputs: string[], output: string) => ({ op: 'Clip', inputs, outputs: [output] });
    const nodes = [clip(['x', 'half'], 'a'), clip(['x', '', 'half'], 'b'), { op: 'Sub', inputs: ['a', 'b'], outputs: ['y'] }];
    expect(await prepared({ ...io, nodes, initializers: { half: { shape: [], float: [0.5] } } })).toEqual(['Clip', 'Clip', 'Sub']);
  });

  it('leaves what graphs inside a node compute, and lets them read what it reads outside', async () => {
    const branch = (op: string) => ({ graph: { nodes: [{ op, inputs: ['a'], outputs: [`${op}_out`] }], outputs: { [`${op}_out`]: ['float32', ['a', 'b', 'c', 'd']] } } as OnnxGraphSpec });
    const nodes: OnnxNodeSpec[] = [
      { op: 'Identity', inputs: ['x'], outputs: ['a'] }, { op: 'ReduceSum', inputs: ['x'], outputs: ['s'], attributes: { keepdims: 0 } }, { op: 'Greater', inputs: ['s', 'zero'], outputs: ['flag'] },
      { op: 'If', inputs: ['flag'], outputs: ['y'], attributes: { then_branch: branch('Relu'), else_branch: branch('Neg') } },
    ];
    expect(await prepared({ ...io, nodes, initializers: { zero: { shape: [], float: [0] } } })).toEqual(['ReduceSum', 'Greater', 'If', 'Relu', 'Neg']);
  });

  it('does not compute in one branch what is computed in another, and keeps what only hands on a result', async () => {
    const branch = (name: string) => ({ graph: { nodes: [{ op: 'Relu', inputs: ['x'], outputs: [`${name}_relu`] }, { op: 'Identity', inputs: [`${name}_relu`], outputs: [name] }], outputs: { [name]: ['float32', ['a', 'b', 'c', 'd']] } } as OnnxGraphSpec });
    const nodes: OnnxNodeSpec[] = [
      { op: 'Relu', inputs: ['x'], outputs: ['r'] }, { op: 'ReduceSum', inputs: ['r'], outputs: ['s'], attributes: { keepdims: 0 } }, { op: 'Greater', inputs: ['s', 'zero'], outputs: ['flag'] },
      { op: 'If', inputs: ['flag'], outputs: ['y'], attributes: { then_branch: branch('t'), else_branch: branch('e') } },
    ];
    expect(await prepared({ ...io, nodes, initializers: { zero: { shape: [], float: [0] } } })).toEqual(['Relu', 'ReduceSum', 'Greater', 'If', 'Relu', 'Identity', 'Relu', 'Identity']);
  });

  const pad = (attributes: Record<string, number | string>) => [
    { op: 'Pad', inputs: ['x', 'pads'], outputs: ['padded'], attributes: { mode: 'constant' } }, { op: 'Conv', inputs: ['padded', 'w'], outputs: ['y'], attributes },
  ];
  const padded = (pads: number[], attributes: Record<string, number | string | number[]> = {}) =>
    prepared({ ...io, nodes: pad(attributes as Record<string, string>), initializers: { ...weights, pads: { shape: [8], int: pads } } });

  it('lets a convolution pad its input itself', async () => {
    expect(await padded([0, 0, 1, 2, 0, 0, 0, 3])).toEqual(['Conv']);
    expect(await padded([0, 0, 1, 2, 0, 0, 0, 3], { pads: [1, 0, 2, 0], strides: [2, 1] })).toEqual(['Conv']);
    expect(await padded([0, 0, 1, 2, 0, 0, 0, 3], { auto_pad: 'VALID' })).toEqual(['Conv']);
    const before11 = [{ op: 'Pad', inputs: ['x'], outputs: ['padded'], attributes: { pads: [0, 0, 1, 1, 0, 0, 1, 1] } }, { op: 'Conv', inputs: ['padded', 'w'], outputs: ['y'] }];
    expect(await prepared({ ...io, nodes: before11, initializers: weights }, { opset: 9 })).toEqual(['Conv']);
  });

  it('leaves a padding that it could not do', async () => {
    expect(await padded([0, 0, -1, 0, 0, 0, 0, 0])).toEqual(['Pad', 'Conv']);
    expect(await padded([1, 0, 0, 0, 0, 0, 0, 0])).toEqual(['Pad', 'Conv']);
    expect(await padded([0, 0, 1, 1, 0, 0, 1, 1], { auto_pad: 'SAME_UPPER' })).toEqual(['Pad', 'Conv']);
    const edge = pad({}).map((node) => (node.op === 'Pad' ? { ...node, attributes: { mode: 'edge' } } : node));
    expect(await prepared({ ...io, nodes: edge, initializers: { ...weights, pads: { shape: [8], int: [0, 0, 1, 1, 0, 0, 1, 1] } } })).toEqual(['Pad', 'Conv']);
  });
});
