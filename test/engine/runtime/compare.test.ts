import { expect, it } from 'vitest';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { compareOutputs } from '../../../src/engine/runtime/compare';

const matrix = (columns: number, ...values: number[]): Tensor => ({ dtype: 'float32', shape: [values.length / columns, columns], data: Float32Array.from(values) });

it('measures signal to noise, the mean and the largest error, the angle and agreement of the largest columns', () => {
  const [result] = compareOutputs([matrix(2, 3, 0, 0, 4)], [matrix(2, 3, 0, 0.5, 4)]);
  // Signal 9 + 16 = 25, noise 0.25: 20 dB.
  expect(result!.sqnrDb).toBeCloseTo(20, 10);
  expect(result!.maxAbsError).toBe(0.5);
  expect(result!.meanSquaredError).toBe(0.0625);
  expect(result!.cosine).toBeCloseTo(25 / Math.sqrt(25 * 25.25), 12);
  expect(result!.top1Agreement).toBe(1);
  expect(compareOutputs([matrix(2, 3, 0, 0, 4)], [matrix(2, 0, 3, 0, 4)])[0]!.top1Agreement).toBe(0.5);
});

it('calls equal outputs equal, NaN and infinities included', () => {
  const same = matrix(1, NaN, Infinity, 1);
  expect(compareOutputs([same], [same])).toEqual([{ sqnrDb: Infinity, maxAbsError: 0, meanSquaredError: 0, cosine: 1, top1Agreement: undefined }]);
  expect(compareOutputs([matrix(1, 1, 2, 3)], [matrix(1, 1, NaN, 3)])).toMatchObject([{ sqnrDb: -Infinity, maxAbsError: Infinity }]);
});

it('compares bfloat16 outputs by value', () => {
  const half: Tensor = { dtype: 'bfloat16', shape: [1], data: Uint16Array.of(0x3f80) };
  expect(compareOutputs([{ dtype: 'float32', shape: [1], data: Float32Array.of(1) }], [half])[0]!.maxAbsError).toBe(0);
});

it('refuses outputs that cannot be compared', () => {
  expect(() => compareOutputs([matrix(1, 1)], [])).toThrow(/1 and 0 outputs/);
  expect(() => compareOutputs([matrix(1, 1)], [matrix(2, 1, 2)])).toThrow(/different shapes/);
});
