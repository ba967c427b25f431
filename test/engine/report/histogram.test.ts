import { describe, expect, it } from 'vitest';
import { bfloat16Bits } from '../../../src/engine/graph/bfloat16';
import type { DataType } from '../../../src/engine/graph/dataType';
import { float16Bits } from '../../../src/engine/graph/float16';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { histogramOf, tensorHistogram } from '../../../src/engine/report/histogram';
import { buildGraph, constant, tensor } from '../../support/graphBuilder';

const of = (dtype: DataType, values: readonly number[]) => tensorHistogram(tensor(dtype, [values.length], values));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('the distribution of weights', () => {
  it('is that of equal bins between the smallest and the largest value', () => {
    const { bins, ...numbers } = of('float32', [-1, -0.5, 0, 0, 0.25, 0.99, 1]);
    expect(bins).toHaveLength(32);
    expect([...bins.entries()].filter(([, count]) => count > 0)).toEqual([[0, 1], [8, 1], [16, 2], [20, 1], [31, 2]]);
    expect(numbers).toMatchObject({ min: -1, max: 1, nan: 0, infinite: 0, count: 7 });
    expect(numbers.mean).toBeCloseTo(0.74 / 7, 6);
    expect(numbers.zeros).toBeCloseTo(2 / 7, 12);
    expect(numbers.sampled).toBeUndefined();
  });

  it('has the mean and standard deviation NumPy gives', () => {
    const { mean, standardDeviation } = of('float64', [1e8, 1e8 + 1, 1e8 + 2, 1e8 + 5]);
    expect(mean).toBe(1e8 + 2);
    expect(standardDeviation).toBeCloseTo(1.8708286933869707, 12);
  });

  it('counts what is no finite number apart', () => {
    const histogram = of('float32', [NaN, Infinity, -Infinity, NaN, 2, 4]);
    expect(histogram).toMatchObject({ min: 2, max: 4, mean: 3, standardDeviation: 1, nan: 2, infinite: 2, count: 6, zeros: 0 });
    expect(sum(histogram.bins)).toBe(2);
    expect(of('float32', [NaN, -Infinity])).toEqual({ bins: [], min: 0, max: 0, mean: 0, standardDeviation: 0, zeros: 0, nan: 1, infinite: 1, count: 2 });
  });

  it('puts equal values into one bin', () => {
    expect(of('float32', [3, 3, 3])).toMatchObject({ bins: [3, ...new Array<number>(31).fill(0)], min: 3, max: 3, standardDeviation: 0 });
    expect(of('float32', [-0, 0])).toMatchObject({ min: 0, max: 0, zeros: 1 });
  });

  it('counts each value of the smallest and largest ranges once', () => {
    expect(sum(of('float64', [0, 5e-324]).bins)).toBe(2);
    expect(of('float64', [-1.7e308, 1.7e308, 1, 2])).toMatchObject({ min: 1, max: 2, infinite: 2 });
    expect(of('float32', [-3.4028234663852886e38, 3.4028234663852886e38])).toMatchObject({ mean: 0, standardDeviation: 3.4028234663852886e38 });
  });

  it.each<[DataType, readonly number[]]>([
    ['float32', [-2, 0, 1]], ['float64', [-2, 0, 1]], ['bfloat16', [-2, 0, 1].map(bfloat16Bits)], ['float16', [-2, 0, 1].map(float16Bits)],
    ['int8', [-2, 0, 1]], ['qint8', [-2, 0, 1]], ['qint16', [-2, 0, 1]], ['qint32', [-2, 0, 1]],
  ])('reads %s', (dtype, values) => {
    expect(of(dtype, values)).toMatchObject({ min: -2, max: 1, count: 3, zeros: 1 / 3 });
  });

  it.each<[DataType]>([['uint8'], ['quint8'], ['quint16']])('reads %s', (dtype) => {
    expect(of(dtype, [0, 200, 3])).toMatchObject({ min: 0, max: 200, count: 3 });
  });

  it('looks at 4 Mi values of a larger tensor, at both ends and in every channel', () => {
    const data = new Float32Array(5_000_000).fill(0.5);
    data[0] = -1;
    data[data.length - 1] = 2;
    const channels = 64;
    for (let i = 5; i < data.length - channels; i += channels) data[i] = 0;
    const { bins, ...numbers } = tensorHistogram({ dtype: 'float32', shape: [data.length], data });
    expect(numbers).toMatchObject({ min: -1, max: 2, count: 2 ** 22, sampled: true });
    expect(sum(bins)).toBe(2 ** 22);
    expect(numbers.zeros).toBeCloseTo(1 / channels, 4);
  });
});

describe('constants', () => {
  const graph = buildGraph([
    constant('w', 'float32', [2, 2], [1, 2, 3, 4]), constant('b', 'bfloat16', [2], [bfloat16Bits(1), bfloat16Bits(-1)]),
    constant('axis', 'int32', [], [1]), constant('no', 'float32', [0], []), constant('flag', 'bool', [2], [1]), constant('z', 'complex64', [2], [1]),
  ]);
  const histogram = (id: string) => histogramOf(graph.nodes.get(id)!, dialect);

  it('of floats have one, made once', () => {
    expect(histogram('w')).toMatchObject({ count: 4, min: 1, max: 4, mean: 2.5 });
    expect(histogram('b')).toMatchObject({ count: 2, min: -1, max: 1 });
    expect(histogram('w')).toBe(histogram('w'));
  });

  it('of indices, truth values, complex numbers or nothing have none', () => {
    for (const id of ['axis', 'no', 'flag', 'z']) expect(histogram(id), id).toBeUndefined();
  });
});
