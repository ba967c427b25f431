import { describe, expect, it } from 'vitest';
import { activationGrid } from '../../../src/engine/calibration/activationGrid';
import { divergenceOf } from '../../../src/engine/calibration/entropy';
import { createHistogram, extremesOf } from '../../../src/engine/calibration/histogram';
import { ALGORITHMS, histogramObserver, minMaxObserver, movingAverageObserver } from '../../../src/engine/calibration/observers';
import { percentileOf, PERCENTILE_BINS } from '../../../src/engine/calibration/percentile';
import type { ValueRange } from '../../../src/engine/calibration/ranges';
import { CALIBRATION_ALGORITHMS, type CalibrationAlgorithm } from '../../../src/engine/config/config';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { normalNumbers } from '../../support/random';

const vector = (values: ArrayLike<number>): Tensor => ({ dtype: 'float32', shape: [values.length], data: Float32Array.from(values) });
const rangeOf = (algorithm: CalibrationAlgorithm, ...batches: ArrayLike<number>[]): ValueRange => {
  const observer = ALGORITHMS[algorithm].observer();
  for (const batch of batches) {
    observer.observe(vector(batch));
    observer.endRun?.();
  }
  return observer.range()!;
};

describe.each(CALIBRATION_ALGORITHMS)('%s', (algorithm) => {
  it('has no range before it sees an element, then one within what it saw and the last shape', () => {
    const observer = ALGORITHMS[algorithm].observer();
    expect(observer.range()).toBeUndefined();
    observer.observe(vector([]));
    expect(observer.range()).toBeUndefined();
    observer.observe(vector([4, -3, 4]));
    observer.observe(vector([]));
    const { min, max, shape } = observer.range()!;
    expect([min >= -3, max <= 4, min <= max]).toEqual([true, true, true]);
    expect(shape).toEqual([3]);
  });

  it('covers a value that is always the same, zero too', () => {
    for (const value of [4, -0.1, 0, 1e-30, 3e38]) {
      expect(rangeOf(algorithm, [value, value], [value])).toMatchObject({ min: Math.fround(value), max: Math.fround(value) });
    }
    expect(rangeOf(algorithm, [0, 0], [0, 5, 5, 5]).max).toBe(algorithm === 'moving_average' ? 2.5 : 5);
  });

  it('reads bfloat16 by value, and refuses NaN and infinity', () => {
    const observer = ALGORITHMS[algorithm].observer();
    expect(observer.observe({ dtype: 'bfloat16', shape: [2], data: Uint16Array.of(0xbf80, 0x4000) })).toBe(true);
    expect(observer.range()!.max).toBe(2);
    expect([NaN, Infinity, -Infinity].map((value) => observer.observe(vector([0, value])))).toEqual([false, false, false]);
  });
});

describe('min-max', () => {
  it('spans all batches and keeps the last shape', () => {
    const observer = minMaxObserver();
    observer.observe(vector([1, -2]));
    observer.observe(vector([5, 0, 3]));
    expect(observer.range()).toEqual({ min: -2, max: 5, shape: [3] });
  });
});

describe('moving average', () => {
  it('is the mean of a hundred runs, and moves by a hundredth with each one after', () => {
    const observer = movingAverageObserver();
    for (let run = 1; run <= 100; run++) {
      observer.observe(vector([-run, 2 * run]));
      observer.endRun?.();
    }
    expect(observer.range()!.min).toBeCloseTo(-50.5, 9);
    expect(observer.range()!.max).toBeCloseTo(101, 9);
    observer.observe(vector([49.5, 201]));
    expect(observer.range()!.min).toBeCloseTo(-50.5 + 1, 9);
    expect(observer.range()!.max).toBeCloseTo(101 + 1, 9);
  });

  it('takes what one run shows of a value, trip by trip, together', () => {
    const observer = movingAverageObserver();
    for (const scale of [1, 3]) {
      for (let trip = 0; trip <= 4; trip++) observer.observe(vector([-trip * scale, trip]));
      observer.endRun?.();
    }
    expect(observer.range()).toMatchObject({ min: -8, max: 4 });
  });
});

describe('a histogram', () => {
  const SIZE = 64;
  const filled = (batches: readonly Float32Array[]) => {
    const histogram = createHistogram(SIZE);
    for (const batch of batches) histogram.add(batch, extremesOf(batch)!);
    return histogram.bins()!;
  };

  it('is the same however elements are split, whichever way it grows', () => {
    for (const scales of [[1, 1, 1], [0.001, 5, 900], [900, 0.001, 5], [1e-20, 1e20, 1]]) {
      const batches = scales.map((scale, index) => normalNumbers(300, index + 1).map((value) => (index === 1 ? Math.abs(value) : value) * scale));
      const all = Float32Array.from(batches.flatMap((batch) => [...batch, 0]));
      const pieces = batches.map((batch) => Float32Array.of(...batch, 0));
      expect(filled(pieces)).toEqual(filled([all]));
      expect(filled(pieces.reverse())).toEqual(filled([all]));
    }
  });

  it('counts every element in its bin, in bins of the least width there is room for', () => {
    const values = normalNumbers(1000, 7).map((value) => value * 3 + 2);
    const { counts, first, width, total } = filled([values.subarray(0, 10), values.subarray(10)]);
    expect(counts.length).toBeLessThanOrEqual(SIZE);
    expect(counts.length).toBeGreaterThan(SIZE / 2);
    expect(Number.isInteger(Math.log2(width))).toBe(true);
    expect(total).toBe(1000);
    counts.forEach((count, bin) => {
      const [from, to] = [(first + bin) * width, (first + bin + 1) * width];
      expect(count).toBe(values.filter((value) => value >= from && value < to).length);
    });
  });

  it('takes the memory of its bins, however much it sees', () => {
    const histogram = createHistogram(SIZE);
    for (let batch = 0; batch < 200; batch++) {
      const values = normalNumbers(50, batch + 1).map((value) => value * 1.5 ** batch);
      histogram.add(values, extremesOf(values)!);
      expect(histogram.bins()!.counts.buffer.byteLength).toBe(SIZE * 8);
    }
  });
});

describe('percentile', () => {
  const observing = (percentile: number, ...batches: ArrayLike<number>[]): ValueRange => {
    const observer = histogramObserver(PERCENTILE_BINS, (bins) => percentileOf(bins, percentile));
    for (const batch of batches) observer.observe(vector(batch));
    return observer.range()!;
  };

  it('cuts half of what is left over off each end', () => {
    // 0…9999: 99 % leaves 50 elements off each end.
    const { min, max } = observing(99, Float32Array.from({ length: 10_000 }, (_, index) => index));
    expect(Math.abs(min - 50)).toBeLessThan(2.5);
    expect(Math.abs(max - 9949)).toBeLessThan(2.5);
  });

  it('is close to the exact quantiles of all batches', () => {
    const batches = [0.001, 1, 100, 3].map((scale, index) => normalNumbers(5000, index + 1).map((value) => value * scale));
    const all = batches.flatMap((batch) => [...batch]).sort((a, b) => a - b);
    const { min, max } = observing(99.9, ...batches);
    const span = all.at(-1)! - all[0]!;
    expect(Math.abs(min - all[10]!)).toBeLessThan(span / 1000);
    expect(Math.abs(max - all.at(-11)!)).toBeLessThan(span / 1000);
  });

  it('keeps a rare outlier out, and never goes beyond what was seen', () => {
    const { min, max } = rangeOf('percentile', Float32Array.from({ length: 100_000 }, (_, index) => (index === 500 ? 1e6 : index % 2)));
    expect(max).toBeLessThan(250);
    expect(min).toBe(0);
  });
});

/** Values as calibration meets them: both signs, behind a ReLU, with a short side, with outliers. */
const DISTRIBUTIONS: readonly [string, Float32Array][] = [
  ['both signs', normalNumbers(2000, 1)],
  ['behind a ReLU', normalNumbers(2000, 2).map((value) => Math.max(0, value))],
  ['a short side', normalNumbers(2000, 3).map((value) => (value > 0 ? value * 8 : value / 4))],
  ['outliers', normalNumbers(2000, 4).map((value, index) => (index % 500 === 0 ? value * 30 : value))],
  ['negative', normalNumbers(2000, 5).map((value) => -(value ** 4))],
];

describe('least squared error', () => {
  const squaredError = (values: Float32Array, range: { min: number; max: number }): number => {
    const { scale, zeroPoint } = activationGrid(range);
    return values.reduce((sum, value) => {
      const level = Math.max(0, Math.min(255, Math.round(value / scale) + zeroPoint));
      return sum + (value - (level - zeroPoint) * scale) ** 2;
    }, 0);
  };

  it.each(DISTRIBUTIONS)('has nearly the least error of all ranges: %s', (_, values) => {
    const [min, max] = [Math.min(0, ...values), Math.max(0, ...values)];
    const steps = Array.from({ length: 60 }, (_unused, index) => (index + 1) / 60);
    let least = Infinity;
    for (const low of min === 0 ? [0] : steps) for (const high of max === 0 ? [0] : steps) least = Math.min(least, squaredError(values, { min: min * low, max: max * high }));
    const found = rangeOf('mse', values.subarray(0, 700), values.subarray(700));
    expect(squaredError(values, found)).toBeLessThanOrEqual(1.02 * least);
  });

  it('cuts a far outlier off where that costs less than coarse steps', () => {
    const values = normalNumbers(200_000, 9);
    values[77] = 40;
    expect(rangeOf('mse', values).max).toBeLessThan(35);
    expect(rangeOf('minmax', values).max).toBe(40);
  });
});

describe('least divergence', () => {
  /** Of two distributions, over the bins of the first that hold anything. */
  const kullbackLeibler = (p: readonly number[], q: readonly number[]): number => {
    const [totalP, totalQ] = [p, q].map((counts) => counts.reduce((sum, count) => sum + count, 0)) as [number, number];
    return p.reduce((sum, count, bin) => (count === 0 ? sum : sum + (count / totalP) * Math.log((count / totalP) / (q[bin]! / totalQ))), 0);
  };
  /** Bins [start, end) as they are once clipped, and once merged into levels and spread again. */
  const distributions = (counts: readonly number[], start: number, end: number, levels: number): [number[], number[]] => {
    const inside = counts.slice(start, end);
    const clipped = [...inside];
    clipped[inside.findIndex((count) => count > 0)]! += counts.slice(0, start).reduce((a, b) => a + b, 0);
    clipped[inside.findLastIndex((count) => count > 0)]! += counts.slice(end).reduce((a, b) => a + b, 0);
    const levelOf = (bin: number): number => Math.floor((bin * levels) / inside.length);
    const spread = inside.map((count, bin) => {
      const together = inside.filter((_, other) => levelOf(other) === levelOf(bin));
      return count === 0 ? 0 : together.reduce((a, b) => a + b, 0) / together.filter((other) => other > 0).length;
    });
    return [clipped, spread];
  };

  it('is that of the clipped and the merged distribution', () => {
    const counts = Float64Array.from(normalNumbers(40, 3), (value) => Math.max(0, Math.round(value * 10)));
    for (const [start, end, levels] of [[0, 40, 8], [0, 33, 8], [5, 37, 7], [3, 19, 16], [0, 10, 3], [12, 20, 5]] as const) {
      const expected = kullbackLeibler(...distributions([...counts], start, end, levels));
      const found = divergenceOf(counts, start, end, levels).divergence;
      expect(found).toBeCloseTo(expected, 12);
    }
  });

  it('is none where all bins stay apart, and infinite where nothing is left', () => {
    expect(divergenceOf(Float64Array.of(1, 2, 0, 3), 0, 4, 4)).toEqual({ divergence: 0, byChance: 0 });
    expect(divergenceOf(Float64Array.of(1, 0, 0, 3), 1, 3, 2).divergence).toBe(Infinity);
  });

  it('keeps everything where there are no more bins than levels, and cuts a far outlier off', () => {
    expect(rangeOf('kl', [0, 1, 2, 3])).toMatchObject({ min: 0, max: 3 });
    const values = normalNumbers(200_000, 9);
    values[77] = 40;
    const { min, max } = rangeOf('kl', values);
    expect(max).toBeLessThan(10);
    expect(max).toBeGreaterThan(2);
    expect(min).toBeLessThan(-2);
  });

  it('does not let the zeros behind a ReLU hide the rest', () => {
    const values = normalNumbers(50_000, 11).map(Math.abs);
    expect(rangeOf('kl', values, new Float32Array(500_000)).max).toBe(rangeOf('kl', values).max);
  });
});
