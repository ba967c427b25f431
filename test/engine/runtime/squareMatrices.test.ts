import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { normalNumbers } from '../../support/random';
import { f32, runOp } from './run';

const T = { T: 'float32' };
const SIZE = 5;
/** Two matrices, neither diagonally dominant: rows have to change places. */
const A: Tensor = { dtype: 'float32', shape: [2, SIZE, SIZE], data: normalNumbers(2 * SIZE * SIZE, 5) };
const B: Tensor = { dtype: 'float32', shape: [2, SIZE, 3], data: normalNumbers(2 * SIZE * 3, 6) };
const product = async (x: Tensor, y: Tensor, attrs: object = {}): Promise<Tensor> => (await runOp('BatchMatMulV2', [x, y], { ...T, adj_x: false, adj_y: false, ...attrs }))[0]!;

function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  (actual.data as Float32Array).forEach((value, index) => expect(Math.abs(value - (expected.data as Float32Array)[index]!)).toBeLessThan(1e-4));
}

describe('square matrices', () => {
  it.each([false, true])('are solved for, adjoint %s', async (adjoint) => {
    const [x] = await runOp('MatrixSolve', [A, B], { ...T, adjoint });
    expectClose(await product(A, x!, { adj_x: adjoint }), B);
    const [inverse] = await runOp('MatrixInverse', [A], { ...T, adjoint });
    expectClose(await product(inverse!, B), x!);
  });

  it.each([[true, false], [false, false], [true, true], [false, true]])('of a triangle are solved for, lower %s, adjoint %s', async (lower, adjoint) => {
    const triangle = (await runOp('MatrixBandPart', [A, { dtype: 'int64', shape: [], data: BigInt64Array.of(lower ? -1n : 0n) }, { dtype: 'int64', shape: [], data: BigInt64Array.of(lower ? 0n : -1n) }], { ...T, Tindex: 'int64' }))[0]!;
    const [x] = await runOp('MatrixTriangularSolve', [A, B], { ...T, lower, adjoint });
    expectClose(await product(triangle, x!, { adj_x: adjoint }), B);
  });

  it('have a Cholesky factor where they are positive definite', async () => {
    const square = await product(A, A, { adj_y: true });
    const [lower] = await runOp('Cholesky', [square], T);
    expectClose(await product(lower!, lower!, { adj_y: true }), square);
    expect((lower!.data as Float32Array)[1]).toBe(0);
    await expect(runOp('Cholesky', [f32([2, 2], 1, 2, 2, 1)], T)).rejects.toThrow('The matrix is not positive definite');
  });

  it('have determinants, of any sign, and their logarithms', async () => {
    expect(await runOp('MatrixDeterminant', [f32([2, 2, 2], 0, 2, 3, 4, 1, 2, 3, 4)], T)).toEqual([f32([2], -6, -2)]);
    const [sign, log] = await runOp('LogMatrixDeterminant', [f32([3, 3], 0, 0, 2, 0, 3, 0, 4, 0, 0)], T, 2);
    expect([sign, log]).toEqual([f32([], -1), f32([], Math.log(24))]);
    expect(await runOp('MatrixDeterminant', [f32([0, 0])], T)).toEqual([f32([], 1)]);
  });

  it('are refused where they are singular, not square, or do not fit', async () => {
    await expect(runOp('MatrixInverse', [f32([2, 2], 1, 2, 2, 4)], T)).rejects.toThrow('The matrix is singular');
    await expect(runOp('MatrixDeterminant', [f32([2, 3], 1, 2, 2, 4, 5, 6)], T)).rejects.toThrow('Square matrices are needed, not [2,3]');
    await expect(runOp('MatrixSolve', [f32([2, 2], 1, 0, 0, 1), f32([3, 1], 1, 2, 3)], T)).rejects.toThrow('do not go with');
  });
});
