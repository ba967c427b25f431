import { describe, expect, it } from 'vitest';
import { rangesText, readRanges } from '../../../src/engine/calibration/rangesFile';

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

describe('a ranges file that was recorded', () => {
  it('is read as what was written, number for number', () => {
    const ranges = new Map([
      ['conv/out:0', { min: -0.1, max: Math.fround(0.1), shape: [1, 2] }], ['a "quoted"\n\u2028:3', { min: 5e-324, max: 1.7976931348623157e308 }], ['zero:0', { min: 0, max: 0, shape: [] }],
    ]);
    expect(readRanges(rangesText(ranges))).toEqual(ranges);
    expect(rangesText(ranges).split('\n')).toHaveLength(6);
    expect(readRanges(rangesText(new Map()))).toEqual(new Map());
  });
});
