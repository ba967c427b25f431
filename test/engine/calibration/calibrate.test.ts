import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrate, type CalibrationRequest } from '../../../src/engine/calibration/calibrate';
import { readNpz } from '../../../src/engine/data/npz';
import { CancelledError } from '../../../src/engine/errors';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';
import { graphFromBytes } from '../../../src/engine/formats/tensorflow/read';
import type { Graph } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { NO_PROGRESS, type KernelRunner } from '../../../src/engine/host';
import { memorySource } from '../../support/memoryFile';
import { buildGraph, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { startTestKernels } from '../../worker/kernels';

let kernels: KernelRunner;
beforeAll(async () => { kernels = await startTestKernels(); });
afterAll(() => kernels.close());

const f32 = (shape: number[], ...values: number[]): Tensor => ({ dtype: 'float32', shape, data: Float32Array.from(values) });
const op = (name: string, type: string, ...inputs: string[]): NodeSpec => ({ name, op: type, inputs, attrs: { T: 'float32' } });

function run(graph: Graph, nodes: string[], data: Record<string, Tensor>, more: Partial<CalibrationRequest> = {}) {
  return calibrate({
    graph, dialect: tensorflowDialect, values: nodes.map((node) => ({ node, output: 0 })), data: new Map(Object.entries(data)),
    samplingSize: 100, algorithm: 'minmax', kernels, progress: NO_PROGRESS, ...more,
  });
}

const squares = (batch = -1): Graph => buildGraph([placeholder('x', 'float32', [batch, 2]), op('square', 'Square', 'x'), op('y', 'Neg', 'square')]);

describe('calibration', () => {
  it('records range and last shape of each value over all batches', async () => {
    // 40 samples are a batch of 32 and one of 8.
    const samples = Float32Array.from({ length: 80 }, (_, index) => index - 20);
    const ranges = await run(squares(), ['x', 'y'], { x: { dtype: 'float32', shape: [40, 2], data: samples } });
    expect([...ranges]).toEqual([
      ['x:0', { min: -20, max: 59, shape: [8, 2] }],
      ['y:0', { min: -(59 ** 2), max: -0, shape: [8, 2] }],
    ]);
  });

  it('uses the first samples only, and the batch size the model was made for', async () => {
    const data = { x: f32([4, 2], 1, 1, 2, 2, 3, 3, 4, 4) };
    expect((await run(squares(), ['x'], data, { samplingSize: 3 })).get('x:0')).toEqual({ min: 1, max: 3, shape: [3, 2] });
    expect((await run(squares(2), ['x'], data, { samplingSize: 3 })).get('x:0')).toEqual({ min: 1, max: 2, shape: [2, 2] });
    expect((await run(squares(2), ['x'], data)).get('x:0')).toEqual({ min: 1, max: 4, shape: [2, 2] });
  });

  it('gives the sample the same ranges twice, and narrower ones by percentile', async () => {
    const graph = graphFromBytes(readFileSync('media/samples/digits_cnn.pb'), 'digits_cnn.pb', {}, NO_PROGRESS);
    const data = Object.fromEntries(await readNpz(memorySource(readFileSync('media/samples/digits_calibration.npz'))));
    const convolutions = [...graph.nodes.values()].filter((node) => node.op === 'Conv2D').map((node) => node.id);
    const first = await run(graph, convolutions, data);
    expect(first.size).toBe(convolutions.length);
    expect(await run(graph, convolutions, data)).toEqual(first);
    const percentile = await run(graph, convolutions, data, { algorithm: 'percentile' });
    for (const [key, { min, max }] of percentile) {
      expect(min).toBeGreaterThanOrEqual(first.get(key)!.min);
      expect(max).toBeLessThanOrEqual(first.get(key)!.max);
      expect(max - min).toBeGreaterThan(0.6 * (first.get(key)!.max - first.get(key)!.min));
    }
  });

  it('reports progress per batch and stops when cancelled', async () => {
    const reports: [string, number | undefined][] = [];
    const progress = {
      report: (message: string, fraction?: number) => void reports.push([message, fraction]),
      throwIfCancelled: () => { if (reports.length === 2) throw new CancelledError(); },
    };
    const data = { x: f32([64, 2], ...new Array<number>(128).fill(1)) };
    await expect(run(squares(), ['y'], data, { progress })).rejects.toThrow(CancelledError);
    const message = (samples: string): unknown => expect.stringMatching(new RegExp(`^Calibrating: samples ${samples} of 64, by the embedded runtime on onnxruntime-`));
    expect(reports).toEqual([[message('1 to 32'), 0], [message('33 to 64'), 0.5]]);
  });

  it('names the node whose values no range can cover', async () => {
    const graph = buildGraph([placeholder('x', 'float32', [-1]), op('root', 'Sqrt', 'x'), op('y', 'Neg', 'root')]);
    await expect(run(graph, ['root'], { x: f32([2], 4, -4) })).rejects.toMatchObject({
      message: "The node's result holds NaN or infinite elements for samples 1 to 2", place: { node: 'root' },
    });
  });

  it('takes data of exactly the shapes the model fixes as it is', async () => {
    const graph = buildGraph([placeholder('a', 'float32', [2, 1]), placeholder('b', 'float32', [1, 3]), op('y', 'AddV2', 'a', 'b')]);
    const ranges = await run(graph, ['y'], { a: f32([2, 1], 1, 2), b: f32([1, 3], 10, 20, 30) });
    expect(ranges.get('y:0')).toMatchObject({ min: 11, max: 32, shape: [2, 3] });
  });

  it('refuses inputs with different numbers of samples', async () => {
    const graph = buildGraph([placeholder('a', 'float32', [-1]), placeholder('b', 'float32', [-1]), op('y', 'AddV2', 'a', 'b')]);
    await expect(run(graph, ['y'], { a: f32([2], 1, 2), b: f32([3], 1, 2, 3) })).rejects.toThrow('different numbers of samples: "a" 2, "b" 3');
  });
});
