import { describe, expect, it } from 'vitest';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { batchesOf, runInBatches } from '../../../src/engine/runtime/batches';
import { buildGraph, constant, placeholder } from '../../support/graphBuilder';
import { f32, testKernels } from './run';

function graphOf(batch: number, width: number): Graph {
  return buildGraph([
    placeholder('x', 'float32', [batch, width]), constant('axis', 'int32', [1], [1]),
    { name: 'sum', op: 'Sum', inputs: ['x', 'axis'], attrs: { T: 'float32', Tidx: 'int32' } },
    constant('all', 'int32', [2], [0, 1]),
    { name: 'total', op: 'Sum', inputs: ['x', 'all'], attrs: { T: 'float32', Tidx: 'int32' } },
  ]);
}

function run(graph: Graph, x: Tensor, node: string, batches: string[] = []): Promise<Tensor[]> {
  const progress = { report: (message: string) => void batches.push(message), throwIfCancelled: () => {} };
  return runInBatches({ graph, dialect: tensorflowDialect, feeds: new Map([['x:0', x]]), fetches: [{ node, output: 0 }], kernels: testKernels(), progress });
}

describe('running in batches', () => {
  it('takes data whose first sizes differ for one batch where the model fixes those that do', () => {
    const inputs = [[-1, 512], [2, -1, 128]].map((shape, index) => ({ name: `${index}`, value: { node: `${index}`, output: 0 }, dtype: 'float32' as const, shape }));
    const samples = (...shapes: number[][]): Map<string, Tensor> => new Map(shapes.map((shape, index) => [`${index}:0`, { dtype: 'float32', shape, data: new Float32Array() }]));
    expect(batchesOf(inputs, samples([1, 512], [2, 1, 128]), 100, 32)).toEqual([{ start: 0, count: 1, isWhole: true }]);
    expect(() => batchesOf(inputs, samples([1, 512], [4, 1, 128]), 100, 32)).toThrow('different numbers of samples');
  });

  it('runs small data at once', async () => {
    const batches: string[] = [];
    expect(await run(graphOf(-1, 2), f32([3, 2], 1, 2, 3, 4, 5, 6), 'total', batches)).toEqual([f32([], 21)]);
    expect(batches).toEqual(['Running: samples 1 to 3 of 3']);
  });

  it('cuts large data by memory and joins the outputs', async () => {
    const width = 2 ** 17;
    const data = new Float32Array(5 * width).map((_, index) => Math.floor(index / width));
    const batches: string[] = [];
    expect(await run(graphOf(-1, width), { dtype: 'float32', shape: [5, width], data }, 'sum', batches)).toEqual([f32([5], 0, width, 2 * width, 3 * width, 4 * width)]);
    expect(batches).toEqual(['Running: samples 1 to 2 of 5', 'Running: samples 3 to 4 of 5', 'Running: samples 5 to 5 of 5']);
  });

  it('keeps to the batch size the model was made for', async () => {
    expect(await run(graphOf(2, 1), f32([4, 1], 1, 2, 3, 4), 'sum')).toEqual([f32([4], 1, 2, 3, 4)]);
    await expect(run(graphOf(2, 1), f32([4, 1], 1, 2, 3, 4), 'total')).rejects.toThrow('does not have one row per sample');
  });
});
