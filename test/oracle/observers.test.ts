// Observers beside others' of the same kind: TensorRT's entropy calibrator as published, on scipy, and torch's.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { activationGrid } from '../../src/engine/calibration/activationGrid';
import { divergenceOf } from '../../src/engine/calibration/entropy';
import { createHistogram, extremesOf } from '../../src/engine/calibration/histogram';
import { ALGORITHMS } from '../../src/engine/calibration/observers';
import type { CalibrationAlgorithm } from '../../src/engine/config/config';
import { normalNumbers } from '../support/random';
import { pythonPath } from './judge';

interface Answer {
  readonly divergences: readonly (readonly number[])[];
  readonly averages: readonly (readonly [number, number])[];
  readonly histogram_errors: readonly number[];
}

const [LEVELS, STRIDE] = [256, 37];
/** Of values behind a ReLU, plain, heavy-tailed and with an outlier; three batches each. */
const BATCHES: readonly (readonly Float32Array[])[] = [
  (value: number) => Math.abs(value), (value: number) => Math.abs(value) ** 3, (value: number, index: number) => (index === 77 ? 25 : Math.abs(value)),
].map((shape, seed) => [1, 2, 3].map((batch) => normalNumbers(5000, 10 * seed + batch).map(shape)));

const COUNTS = BATCHES.map((batches) => {
  const histogram = createHistogram(2048);
  for (const batch of batches) histogram.add(batch, extremesOf(batch)!);
  return [...histogram.bins()!.counts];
});

const answer = JSON.parse(execFileSync(pythonPath(), [path.resolve('test/oracle/observers.py')], {
  input: JSON.stringify({ counts: COUNTS, levels: LEVELS, stride: STRIDE, batches: BATCHES.map((batches) => batches.map((batch) => [...batch])) }),
  encoding: 'utf8', maxBuffer: 2 ** 26,
})) as Answer;

const rangeOf = (algorithm: CalibrationAlgorithm, batches: readonly Float32Array[]) => {
  const observer = ALGORITHMS[algorithm].observer();
  for (const data of batches) {
    observer.observe({ dtype: 'float32', shape: [data.length], data });
    observer.endRun?.();
  }
  return observer.range()!;
};

describe.each(COUNTS.map((counts, index) => ({ index, counts })))('distribution $index', ({ index, counts }) => {
  it('has the divergences that scipy gives for TensorRT’s candidates', () => {
    const expected = answer.divergences[index]!;
    expect(expected.length).toBeGreaterThan(20);
    expected.forEach((divergence, candidate) => {
      expect(divergenceOf(Float64Array.from(counts), 0, LEVELS + STRIDE * candidate, LEVELS).divergence).toBeCloseTo(divergence, 9);
    });
  });

  it('has the moving average that torch gives', () => {
    const { min, max } = rangeOf('moving_average', BATCHES[index]!);
    expect(min).toBeCloseTo(answer.averages[index]![0], 5);
    expect(max).toBeCloseTo(answer.averages[index]![1], 5);
  });

  it('has no larger squared error than the range torch’s histogram observer takes', () => {
    const { scale, zeroPoint } = activationGrid(rangeOf('mse', BATCHES[index]!));
    const error = BATCHES[index]!.flatMap((batch) => [...batch]).reduce((sum, value) => {
      const level = Math.max(0, Math.min(255, Math.round(value / scale) + zeroPoint));
      return sum + (value - (level - zeroPoint) * scale) ** 2;
    }, 0);
    expect(error).toBeLessThanOrEqual(1.02 * answer.histogram_errors[index]!);
  });
});
