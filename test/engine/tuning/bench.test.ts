import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrays } from '../../../src/cli/arrays';
import { opErrors } from '../../../src/document/sensitivity';
import { parseConfig, requireValid } from '../../../src/engine/config/parse';
import { graphFromBytes } from '../../../src/engine/formats/tensorflow/read';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS } from '../../../src/engine/host';
import { nodeDetails } from '../../../src/engine/report/details';
import { runGraph } from '../../../src/engine/runtime/executor';
import { sliced } from '../../../src/engine/runtime/stridedCopy';
import { candidateConfig, highest, lowest, type SearchSpace, withPrecision } from '../../../src/engine/tuning/candidate';
import { sensitivityTask } from '../../../src/engine/tuning/sensitivity';
import { randomNumbers } from '../../../src/engine/data/randomNumbers';
import { buildGraph, constant, placeholder, tensor } from '../../support/graphBuilder';
import { runAllPhases } from '../../support/snapshots';
import { startTestKernels } from '../../worker/kernels';
import { benchOf, searchOn } from './benchSupport';

let kernels: KernelRunner;
let runs = 0;
beforeAll(async () => {
  const started = await startTestKernels();
  kernels = { ...started, run: (...request) => (runs++, started.run(...request)) };
});
afterAll(() => kernels.close());

const SAMPLES = 'media/samples';

describe('errors of the output with one op lowered', () => {
  it('are those of separate runs of the digits CNN, with what is in common computed once', async () => {
    const graph = graphFromBytes(await readFile(join(SAMPLES, 'digits_cnn.pb')), 'digits_cnn.pb', {}, NO_PROGRESS);
    const data = new Map([...await readArrays(join(SAMPLES, 'digits_test.npz'))].map(([name, array]) => [name, firstSamples(array, 10)]));
    const bench = await benchOf(graph, { use_bf16: true }, data, 'label', kernels);
    const space = await bench.run({ kind: 'space' });
    const top = highest(space);
    const candidates = space.units.flatMap(({ kind, choices }, unit) => (kind === 'opType' ? [] : choices.slice(0, -1).map((precision) => withPrecision(top, [unit], precision))));
    expect(candidates.length).toBe(16);

    runs = 0;
    const together = await bench.run({ kind: 'outputErrors', from: top, candidates });
    const shared = runs;
    for (const index of [0, 3, 6, 9, 12, 15]) {
      // From everything lowered hardly anything is left to share.
      const [separate] = await bench.run({ kind: 'outputErrors', from: lowest(space), candidates: [candidates[index]!] });
      expect(Math.abs(together[index]! - separate!)).toBeLessThan(1e-6);
    }
    expect(Math.max(...together)).toBeGreaterThan(1e-6);

    // Compared with the original one by one, each candidate and the original would run.
    runs = 0;
    await bench.run({ kind: 'baseline' });
    expect(shared).toBeLessThan(0.4 * 2 * candidates.length * runs);
  });
});

function firstSamples(array: Tensor, count: number): Tensor {
  return sliced(array, array.shape.map(() => 0), [count, ...array.shape.slice(1)]);
}

/** Numbers of a normal-ish spread, the same every time. */
function numbers(count: number, seed: number, scale: number): number[] {
  const next = randomNumbers(seed);
  return Array.from({ length: count }, () => scale * (next() + next() + next() - 1.5));
}

const WIDE = 3000;
const SIZE = 12;

/**
 * Four layers, of which `wide` adds small scores to a large number that the next op takes away again: neither the 8 bits of
 * INT8 nor those of BF16 tell such sums apart.
 */
function sensitiveModel(): Graph {
  const last = (count: number, value: number): number[] => Array.from({ length: count }, (_, index) => (index === count - 1 ? value : 0));
  const weight = numbers(SIZE * SIZE, 2, 0.8).map((value, index) => (index % SIZE === SIZE - 1 ? 0 : value));
  const wide = numbers(SIZE * SIZE, 3, 0.8).map((value, index) => (index >= SIZE * (SIZE - 1) ? 1 : value));
  const layer = (name: string, input: string, weights: string) => ({ name, op: 'MatMul', inputs: [input, weights], attrs: { T: 'float32' } });
  return buildGraph([
    placeholder('x', 'float32', [-1, SIZE]),
    constant('w1', 'float32', [SIZE, SIZE], numbers(SIZE * SIZE, 1, 0.8)), layer('first', 'x', 'w1'),
    { name: 'relu', op: 'Relu', inputs: ['first'], attrs: { T: 'float32' } },
    constant('w2', 'float32', [SIZE, SIZE], weight), layer('second', 'relu', 'w2'),
    constant('b2', 'float32', [SIZE], last(SIZE, WIDE)), { name: 'bias', op: 'BiasAdd', inputs: ['second', 'b2'], attrs: { T: 'float32' } },
    constant('w3', 'float32', [SIZE, SIZE], wide), layer('wide', 'bias', 'w3'),
    constant('large', 'float32', [], [WIDE]), { name: 'small', op: 'Sub', inputs: ['wide', 'large'], attrs: { T: 'float32' } },
    constant('w4', 'float32', [SIZE, 4], numbers(SIZE * 4, 4, 0.8)), layer('scores', 'small', 'w4'),
  ]);
}

describe('a model with one sensitive op', () => {
  let graph: Graph;
  let data: ReadonlyMap<string, Tensor>;
  beforeAll(async () => {
    graph = sensitiveModel();
    const x = tensor('float32', [200, SIZE], numbers(200 * SIZE, 5, 2));
    const [scores] = await runGraph({ graph, dialect, fetches: [{ node: 'scores', output: 0 }], feeds: new Map([['x:0', x]]), kernels });
    data = new Map([['x', x], ['scores', scores!]]);
  });

  const CONFIG = { use_bf16: true, accuracy_criterion: { relative: 0.05 } };

  it.each(['basic', 'mse', 'mse_v2', 'conservative', 'exhaustive', 'pareto'] as const)('%s finds that op and leaves it, and it alone, FP32', async (strategy) => {
    const bench = await benchOf(graph, CONFIG, data, 'scores', kernels);
    const { best, space, baseline, trials } = await searchOn(bench, CONFIG, strategy);
    expect(baseline.accuracy).toBe(1);
    expect(best.meets).toBe(true);
    expect(fp32Of(space, best.candidate.precisions)).toEqual(['wide']);
    expect(best.lowered).toBeGreaterThan(0.69);
    expect(trials.filter(({ candidate }) => !fp32Of(space, candidate.precisions).includes('wide')).every(({ meets }) => !meets)).toBe(true);
  });

  it('random meets the criterion only with that op in FP32', async () => {
    const { best, space, trials } = await searchOn(await benchOf(graph, CONFIG, data, 'scores', kernels), CONFIG, 'random');
    expect(best.meets).toBe(true);
    expect(trials.map(({ candidate, meets }) => !meets || fp32Of(space, candidate.precisions).includes('wide'))).not.toContain(false);
  });

  it('is shown with the reason, and with the error that the op makes alone', async () => {
    const bench = await benchOf(graph, CONFIG, data, 'scores', kernels);
    const { best, space } = await searchOn(bench, CONFIG, 'pareto');
    const config = candidateConfig(requireValid(parseConfig(JSON.stringify(CONFIG), 'test.mixed-precision.json')), space, best.candidate);
    const { snapshots, plan, ranges } = await runAllPhases(graph, config, { min: -10, max: 10 });
    const { precision, why } = nodeDetails('wide', snapshots.length - 1, snapshots, plan, ranges, dialect);
    expect(precision).toBe('fp32');
    expect(why.text).toMatch(/op_name_dict/);

    const errors = opErrors(space, await bench.run(sensitivityTask(space)));
    // In BF16 alone an op may take the sums before `wide` along; in INT8 it is itself only.
    const inInt8 = new Map([...errors].map(([id, [lowest]]) => [id, lowest!.decibels]));
    for (const other of ['first', 'second', 'scores']) expect(inInt8.get('wide')).toBeLessThan(inInt8.get(other)! - 10);
  });
});

function fp32Of({ units }: SearchSpace, precisions: readonly string[]): string[] {
  return units.filter(({ kind }, index) => kind === 'op' && precisions[index] === 'fp32').map(({ name }) => name);
}
