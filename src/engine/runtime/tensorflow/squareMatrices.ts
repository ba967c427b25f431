import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import type { OpContext, Operation, Operations } from '../operation';
import { allocate, type NumberArray } from '../tensors';

/** The rows of a matrix in double precision, row by row. */
type Matrix = Float64Array;

/** Upper and lower triangle in one matrix, where its rows came from, and the sign of that order; a pivot of 0 where it is singular. */
interface Factors {
  readonly matrix: Matrix;
  readonly rows: readonly number[];
  readonly sign: number;
}

/** P·A = L·U with the largest pivot of each column first (G. H. Golub and C. F. Van Loan, "Matrix Computations", algorithm 3.4.1). */
function factorize(a: Matrix, size: number): Factors {
  const matrix = a.slice();
  const rows = Array.from({ length: size }, (_, row) => row);
  let sign = 1;
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let row = k + 1; row < size; row++) if (Math.abs(matrix[row * size + k]!) > Math.abs(matrix[pivot * size + k]!)) pivot = row;
    if (matrix[pivot * size + k] === 0) continue;
    if (pivot !== k) {
      for (let column = 0; column < size; column++) swap(matrix, k * size + column, pivot * size + column);
      [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
      sign = -sign;
    }
    for (let row = k + 1; row < size; row++) {
      const factor = (matrix[row * size + k]! /= matrix[k * size + k]!);
      for (let column = k + 1; column < size; column++) matrix[row * size + column]! -= factor * matrix[k * size + column]!;
    }
  }
  return { matrix, rows, sign };
}

function swap(data: Float64Array, i: number, j: number): void {
  [data[i], data[j]] = [data[j]!, data[i]!];
}

/** Solves T·X = B for a triangle of `matrix` in place; a diagonal of ones where `isUnit`. */
function substitute(matrix: Matrix, size: number, b: Matrix, columns: number, isLower: boolean, isUnit: boolean): void {
  for (let step = 0; step < size; step++) {
    const row = isLower ? step : size - 1 - step;
    for (let other = isLower ? 0 : row + 1; other < (isLower ? row : size); other++) {
      const factor = matrix[row * size + other]!;
      for (let column = 0; column < columns; column++) b[row * columns + column]! -= factor * b[other * columns + column]!;
    }
    if (isUnit) continue;
    for (let column = 0; column < columns; column++) b[row * columns + column]! /= matrix[row * size + row]!;
  }
}

function solved({ matrix, rows }: Factors, size: number, b: Matrix, columns: number): Matrix {
  if (pivots(matrix, size).includes(0)) throw new UserError('The matrix is singular');
  const x = Float64Array.from(b, (_, index) => b[rows[Math.floor(index / columns)]! * columns + (index % columns)]!);
  substitute(matrix, size, x, columns, true, true);
  substitute(matrix, size, x, columns, false, false);
  return x;
}

function pivots(matrix: Matrix, size: number): number[] {
  return Array.from({ length: size }, (_, row) => matrix[row * (size + 1)]!);
}

function transposed(a: Matrix, size: number): Matrix {
  return Float64Array.from(a, (_, index) => a[(index % size) * size + Math.floor(index / size)]!);
}

function identity(size: number): Matrix {
  return Float64Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0));
}

/** The lower triangle L of A = L·Lᵀ (Golub and Van Loan, algorithm 4.2.1). Throws UserError where A is not positive definite. */
function cholesky(a: Matrix, size: number): Matrix {
  const lower = new Float64Array(a.length);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = a[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= lower[row * size + k]! * lower[column * size + k]!;
      if (row === column && !(sum > 0)) throw new UserError('The matrix is not positive definite');
      lower[row * size + column] = row === column ? Math.sqrt(sum) : sum / lower[column * size + column]!;
    }
  }
  return lower;
}

interface Square {
  readonly size: number;
  /** One per batch. */
  readonly matrices: readonly Matrix[];
  readonly shape: readonly number[];
}

/** The square matrices of an input. Throws UserError for others, and for complex numbers. */
function squareAt(context: OpContext, index: number): Square {
  const { shape, data, dtype } = context.input(index);
  const size = shape.at(-1) ?? 0;
  if (shape.length < 2 || shape.at(-2) !== size) throw new UserError(`Square matrices are needed, not [${shape}]`);
  if (dtype !== 'float32' && dtype !== 'float64') throw new UserError(`${context.op} of ${dtype} cannot be computed here`);
  return { size, shape, matrices: split(data as NumberArray, size * size, elementCount(shape.slice(0, -2))) };
}

function split(data: NumberArray, length: number, count: number): Matrix[] {
  return Array.from({ length: count }, (_, batch) => Float64Array.from(data.subarray(batch * length, (batch + 1) * length)));
}

function joined(dtype: Tensor['dtype'], shape: readonly number[], parts: readonly Matrix[]): Tensor {
  const data = allocate(dtype, elementCount(shape)) as NumberArray;
  parts.forEach((part, batch) => (data as Float64Array).set(part, batch * part.length));
  return { dtype, shape, data };
}

/** An op that makes a matrix of each matrix. */
const each = (compute: (a: Matrix, size: number, context: OpContext) => Matrix): Operation => (context) => {
  const { size, matrices, shape } = squareAt(context, 0);
  return [joined(context.input(0).dtype, shape, matrices.map((a) => compute(a, size, context)))];
};

/** An op that solves A·X = B, or Aᵀ·X = B where it says `adjoint`; a single A or B serves all batches. */
const solving = (solve: (a: Matrix, size: number, b: Matrix, columns: number, context: OpContext) => Matrix): Operation => (context) => {
  const { size, matrices, shape } = squareAt(context, 0);
  const right = context.input(1);
  const columns = right.shape.at(-1) ?? 0;
  if (right.shape.length < 2 || right.shape.at(-2) !== size) throw new UserError(`Matrices of [${shape}] do not go with [${right.shape}]`);
  const outer = [shape, right.shape].map((one) => one.slice(0, -2)).sort((a, b) => elementCount(b) - elementCount(a))[0]!;
  const sides = split(right.data as NumberArray, size * columns, elementCount(right.shape.slice(0, -2)));
  const count = elementCount(outer);
  if ([matrices, sides].some(({ length }) => length !== count && length !== 1)) throw new UserError(`Batches of [${shape}] do not go with those of [${right.shape}]`);
  const at = (list: readonly Matrix[], batch: number): Matrix => list[list.length === 1 ? 0 : batch]!;
  const parts = Array.from({ length: count }, (_, batch) => solve(at(matrices, batch), size, at(sides, batch), columns, context));
  return [joined(right.dtype, [...outer, size, columns], parts)];
};

const isAdjoint = (context: OpContext): boolean => context.bool('adjoint', false);

/** Sign and logarithm of the size of the determinant of each matrix. */
const logDeterminants = (context: OpContext): { readonly signs: Matrix; readonly logs: Matrix; readonly outer: readonly number[] } => {
  const { size, matrices, shape } = squareAt(context, 0);
  const factors = matrices.map((a) => factorize(a, size));
  const of = ({ matrix }: Factors): number[] => pivots(matrix, size);
  return {
    signs: Float64Array.from(factors, (found) => of(found).reduce((sign, pivot) => sign * Math.sign(pivot), found.sign)),
    logs: Float64Array.from(factors, (found) => of(found).reduce((sum, pivot) => sum + Math.log(Math.abs(pivot)), 0)),
    outer: shape.slice(0, -2),
  };
};

/** Square matrices, computed in double precision (tensorflow/core/kernels/linalg). */
export const squareMatrices: Operations = {
  Cholesky: each(cholesky),
  MatrixInverse: each((a, size, context) => solved(factorize(isAdjoint(context) ? transposed(a, size) : a, size), size, identity(size), size)),
  MatrixSolve: solving((a, size, b, columns, context) => solved(factorize(isAdjoint(context) ? transposed(a, size) : a, size), size, b, columns)),
  MatrixTriangularSolve: solving((a, size, b, columns, context) => {
    const x = b.slice();
    const isLower = context.bool('lower', true) !== isAdjoint(context);
    substitute(isAdjoint(context) ? transposed(a, size) : a, size, x, columns, isLower, false);
    return x;
  }),
  MatrixDeterminant: (context) => {
    const { size, matrices, shape } = squareAt(context, 0);
    const values = Float64Array.from(matrices, (a) => {
      const { matrix, sign } = factorize(a, size);
      return pivots(matrix, size).reduce((product, pivot) => product * pivot, sign);
    });
    return [joined(context.input(0).dtype, shape.slice(0, -2), [values])];
  },
  LogMatrixDeterminant: (context) => {
    const { signs, logs, outer } = logDeterminants(context);
    return [signs, logs].map((values) => joined(context.input(0).dtype, outer, [values]));
  },
};
