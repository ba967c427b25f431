import { describe, expect, it } from 'vitest';
import { matchInputs } from '../../../src/engine/calibration/matchInputs';
import type { PartialShape } from '../../../src/engine/graph/attribute';
import type { DataType } from '../../../src/engine/graph/dataType';
import type { ModelInput } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';

const input = (name: string, shape: PartialShape = [-1, 2], dtype: DataType = 'float32'): ModelInput => ({ name, value: { node: name, output: 0 }, dtype, shape });
const f32 = (shape: number[], ...values: number[]): Tensor => ({ dtype: 'float32', shape, data: Float32Array.from(values) });
const match = (inputs: ModelInput[], arrays: Record<string, Tensor>): Map<string, Tensor> => matchInputs(inputs, new Map(Object.entries(arrays)));
const pair = f32([1, 2], 1, 2);

describe('finding the inputs’ arrays', () => {
  it('finds them by name, with or without the output number, and ignores others', () => {
    expect(match([input('image')], { image: pair, labels: f32([1], 0) })).toEqual(new Map([['image:0', pair]]));
    expect(match([input('image')], { 'image:0': pair, labels: f32([1], 0) })).toEqual(new Map([['image:0', pair]]));
  });

  it('gives the only array to the only input', () => {
    expect(match([input('image')], { arr_0: pair })).toEqual(new Map([['image:0', pair]]));
  });

  it('lists what is there and what is needed', () => {
    expect(() => match([input('ids'), input('mask')], { ids: pair, data: pair })).toThrow('The data has no array for the input "mask" (arrays there: "ids", "data")');
    expect(() => match([input('ids'), input('mask', [-1, 128], 'int64')], { ids: pair })).toThrow(
      expect.objectContaining({ oneLine: expect.stringContaining('Name arrays after the inputs, samples along the first axis: mask: int64 [?,128]') as string }) as Error,
    );
  });

  it('refuses wrong shapes, but not more samples than a fixed batch', () => {
    expect(() => match([input('image')], { image: f32([2], 1, 2) })).toThrow('has shape [2], the model needs [?,2]');
    expect(() => match([input('image')], { image: f32([1, 3], 1, 2, 3) })).toThrow('has shape [1,3], the model needs [?,2]');
    expect(match([input('image', [1, 2])], { image: f32([2, 2], 1, 2, 3, 4) }).get('image:0')!.shape).toEqual([2, 2]);
    expect(() => match([input('image', [2, 2])], { image: f32([3, 2], 1, 2, 3, 4, 5, 6) })).toThrow('has 3 samples, the model takes batches of 2');
  });

  it('refuses empty data, NaN and infinity', () => {
    expect(() => match([input('image')], { image: f32([0, 2]) })).toThrow('is empty');
    expect(() => match([input('image')], { image: f32([1, 2], 1, NaN) })).toThrow('holds NaN (element 1)');
    expect(() => match([input('image')], { image: f32([1, 2], -Infinity, 0) })).toThrow('holds -Infinity (element 0)');
  });

  it('takes the types NumPy makes by default, and no others', () => {
    const double: Tensor = { dtype: 'float64', shape: [1, 2], data: Float64Array.of(0.5, 1) };
    expect(match([input('image')], { image: double }).get('image:0')).toEqual(f32([1, 2], 0.5, 1));
    const long = (value: bigint): Tensor => ({ dtype: 'int64', shape: [1], data: BigInt64Array.of(value) });
    expect(match([input('ids', [-1], 'int32')], { ids: long(7n) }).get('ids:0')).toEqual({ dtype: 'int32', shape: [1], data: Int32Array.of(7) });
    expect(() => match([input('ids', [-1], 'int32')], { ids: long(2n ** 40n) })).toThrow('is int64, the model needs int32');
    expect(() => match([input('image', [-1])], { image: { dtype: 'uint8', shape: [1], data: Uint8Array.of(1) } })).toThrow('is uint8, the model needs float32');
    expect(match([input('image', [-1], 'bfloat16')], { image: f32([1], 1) }).get('image:0')!.data).toEqual(Uint16Array.of(0x3f80));
  });
});
