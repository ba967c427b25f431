import { describe, expect, it } from 'vitest';
import type { MetricName } from '../../../src/engine/config/config';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { finiteScore, METRICS } from '../../../src/engine/tuning/metrics';
import { tensor } from '../../support/graphBuilder';

const SCORES = tensor('float32', [4, 3], [0.1, 0.7, 0.2, 0.5, 0.1, 0.4, 0.3, 0.3, 0.4, 0.2, 0.2, 0.6]);

/** The metric of an output that comes in one batch for each sample, and in one. */
function score(metric: MetricName, output: Tensor, expected: Tensor, k = 1): number {
  const rows = output.shape[0]!;
  const row = (value: Tensor, index: number): Tensor => {
    const size = value.data.length / rows;
    return { ...value, shape: [1, ...value.shape.slice(1)], data: (value.data as Float32Array).slice(index * size, (index + 1) * size) };
  };
  const [whole, parts] = [METRICS[metric].start(k), METRICS[metric].start(k)];
  whole.add(output, expected);
  for (let index = 0; index < rows; index++) parts.add(row(output, index), row(expected, index));
  expect(parts.result()).toBeCloseTo(whole.result(), 12);
  return whole.result();
}

describe('topk', () => {
  it('is the share of labels among the k highest scores', () => {
    const labels = tensor('int64', [4], [1, 2, 0, 1]);
    expect(score('topk', SCORES, labels)).toBe(0.25);
    // Of the equal scores of the third and the fourth sample the first counts.
    expect(score('topk', SCORES, labels, 2)).toBe(0.75);
    expect(score('topk', SCORES, tensor('int64', [4], [0, 1, 1, 0]), 2)).toBe(0.25);
  });

  it('takes a row of scores for each sample in place of a class number', () => {
    expect(score('topk', SCORES, tensor('float32', [4, 3], [0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0]))).toBe(0.75);
  });

  it('counts no prediction of a row with NaN, and no label that does not exist', () => {
    expect(score('topk', tensor('float32', [2, 2], [NaN, 1, 1, 0]), tensor('int32', [2], [1, 0]))).toBe(0.5);
    expect(score('topk', tensor('float32', [2, 2], [0, 1, 1, 0]), tensor('int32', [2], [2, -1]))).toBe(0);
  });

  it('refuses another number of labels', () => {
    expect(() => METRICS.topk.start(1).add(SCORES, tensor('int32', [5], [0]))).toThrow('There are 5 labels for 4 predictions');
  });
});

describe('metrics of values', () => {
  const expected = tensor('float32', [2, 2], [3, 4, 0, 0]);
  const output = tensor('float32', [2, 2], [3, 4, 0.5, 0]);

  it('are those of their definitions', () => {
    expect(score('mse', output, expected)).toBe(0.0625);
    expect(score('sqnr', output, expected)).toBeCloseTo(20, 12);
    expect(score('cosine', output, expected)).toBeCloseTo(25 / Math.sqrt(25 * 25.25), 12);
  });

  it('are best where nothing differs', () => {
    expect((['mse', 'sqnr', 'cosine'] as const).map((metric) => score(metric, expected, expected))).toEqual([0, 24 * 20 * Math.log10(2), 1]);
    expect(score('mse', tensor('float32', [1, 1], [Infinity]), tensor('float32', [1, 1], [Infinity]))).toBe(0);
  });

  it('widen half-precision outputs', () => {
    expect(score('mse', tensor('bfloat16', [2, 2], [0x4040, 0x4080, 0, 0]), expected)).toBe(0);
  });

  it('refuse values of another size', () => {
    expect(() => METRICS.mse.start(1).add(output, SCORES)).toThrow('There are 12 expected values for an output of 4');
  });
});

it('makes what is no number the worst there is', () => {
  expect([finiteScore(NaN, METRICS.topk), finiteScore(Infinity, METRICS.mse), finiteScore(0.5, METRICS.topk)]).toEqual([-Number.MAX_VALUE, Number.MAX_VALUE, 0.5]);
});
