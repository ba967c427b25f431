import { describe, expect, it } from 'vitest';
import { minMaxObserver, observerOf, percentileObserver } from '../../../src/engine/calibration/observers';
import { readRanges } from '../../../src/engine/calibration/rangesFile';
import type { Tensor } from '../../../src/engine/graph/tensor';

const vector = (values: ArrayLike<number>): Tensor => ({ dtype: 'float32', shape: [values.length], data: Float32Array.from(values) });

describe('min-max', () => {
  it('spans all batches and keeps the last shape', () => {
    const observer = minMaxObserver();
    expect(observer.range()).toBeUndefined();
    observer.observe(vector([1, -2]));
    observer.observe(vector([5, 0, 3]));
    observer.observe(vector([]));
    expect(observer.range()).toEqual({ min: -2, max: 5, shape: [3] });
  });

  it('reads bfloat16 by value, and refuses NaN and infinity', () => {
    const observer = minMaxObserver();
    expect(observer.observe({ dtype: 'bfloat16', shape: [2], data: Uint16Array.of(0xbf80, 0x4000) })).toBe(true);
    expect(observer.range()).toMatchObject({ min: -1, max: 2 });
    expect([NaN, Infinity, -Infinity].map((value) => observer.observe(vector([0, value])))).toEqual([false, false, false]);
  });
});

describe('percentile', () => {
  it('cuts half of what is left over off each end', () => {
    // 0…9999: 99 % leaves 50 elements off each end.
    const observer = percentileObserver(99);
    observer.observe(vector(Float32Array.from({ length: 10_000 }, (_, index) => index)));
    const { min, max } = observer.range()!;
    expect(Math.abs(min - 50)).toBeLessThan(2.5);
    expect(Math.abs(max - 9949)).toBeLessThan(2.5);
  });

  it('widens as batches leave the histogram, and is close to the exact quantiles', () => {
    const observer = percentileObserver(99.9);
    const all: number[] = [];
    let seed = 1;
    const normal = (): number => {
      let sum = 0;
      for (let i = 0; i < 12; i++) sum += (seed = (seed * 16807) % 2147483647) / 2147483647;
      return sum - 6;
    };
    for (const scale of [0.001, 1, 100, 3]) {
      const batch = Float32Array.from({ length: 5000 }, () => normal() * scale);
      all.push(...batch);
      observer.observe(vector(batch));
    }
    all.sort((a, b) => a - b);
    const { min, max } = observer.range()!;
    const span = all.at(-1)! - all[0]!;
    expect(Math.abs(min - all[10]!)).toBeLessThan(span / 1000);
    expect(Math.abs(max - all.at(-11)!)).toBeLessThan(span / 1000);
  });

  it('keeps a rare outlier out, and never goes beyond what was seen', () => {
    const observer = observerOf('percentile');
    observer.observe(vector(Float32Array.from({ length: 100_000 }, (_, index) => (index === 500 ? 1e6 : index % 2))));
    expect(observer.range()!.max).toBeLessThan(250);
    expect(observer.range()!.min).toBe(0);
    const constant = observerOf('percentile');
    constant.observe(vector([4, 4, 4]));
    expect(constant.range()).toMatchObject({ min: 4, max: 4 });
  });
});

describe('a ranges file', () => {
  it('names values with or without the number of the output', () => {
    const text = '{"a:0": {"min": -1, "max": 2.5, "shape": [1, 2]}, "b:1": {"min": 0, "max": 0}}';
    expect(readRanges(text)).toEqual(new Map([['a:0', { min: -1, max: 2.5, shape: [1, 2] }], ['b:1', { min: 0, max: 0 }]]));
    expect([...readRanges('{"conv": {"min": 0, "max": 6}}').keys()]).toEqual(['conv:0']);
  });

  it.each([
    ['{', /is not JSON/], ['[]', /is not a JSON object/], ['{"a": 1}', /"a" is not an object/], ['{"a": {"min": 0}}', /finite numbers "min" and "max"/],
    ['{"a": {"min": 2, "max": 1}}', /min 2 above max 1/], ['{"a": {"min": 0, "max": 1, "shape": [1.5]}}', /no list of whole numbers/],
  ])('refuses %s', (text, message) => {
    expect(() => readRanges(text)).toThrow(message);
  });
});
