import { broadcast, either } from './dimensions';
import { einsum } from './einsum';
import { forEach, type ShapeRule, type ShapeRules, unchanged } from './operation';

/** MatMulShape. */
const matMul: ShapeRule = (operation) => {
  const [a, b] = [operation.ranked(0, 2), operation.ranked(1, 2)];
  return [[a[operation.isSet('transpose_a') ? 1 : 0]!, b[operation.isSet('transpose_b') ? 0 : 1]!]];
};

/** BatchMatMulV2Shape: axes before the last two broadcast. */
const batchMatMul: ShapeRule = (operation) => {
  const [a, b] = [operation.shape(0), operation.shape(1)];
  const batch = broadcast(a?.slice(0, -2), b?.slice(0, -2));
  if (a === undefined || b === undefined || batch === undefined || a.length < 2 || b.length < 2) return [];
  return [[...batch, a.at(operation.isSet('adj_x') ? -1 : -2)!, b.at(operation.isSet('adj_y') ? -2 : -1)!]];
};

/** Square matrices in the last two axes (linalg_ops.cc); `split` gives the shapes of the results from the axes before them and the size. */
function ofSquares(split: (batch: readonly number[], size: number) => readonly (readonly number[])[]): ShapeRule {
  return (operation) => {
    const shape = operation.shape(0);
    if (shape === undefined || shape.length < 2) return [];
    return split(shape.slice(0, -2), either(shape.at(-1), shape.at(-2)));
  };
}

/** MatrixSolve, MatrixTriangularSolve: as many columns as the right-hand side. */
const solve: ShapeRule = (operation) => {
  const [matrix, rhs] = [operation.shape(0), operation.shape(1)];
  const batch = broadcast(matrix?.slice(0, -2), rhs?.slice(0, -2));
  if (matrix === undefined || rhs === undefined || batch === undefined || matrix.length < 2 || rhs.length < 2) return [];
  return [[...batch, either(matrix.at(-1), matrix.at(-2)), rhs.at(-1)!]];
};

/** Svd: s, u, v; without compute_uv the last two hold nothing, in a shape of no meaning. */
const svd: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  if (shape === undefined || shape.length < 2) return [];
  const [batch, m, n] = [shape.slice(0, -2), shape.at(-2)!, shape.at(-1)!];
  const p = m < 0 || n < 0 ? -1 : Math.min(m, n);
  const full = operation.isSet('full_matrices');
  if (!operation.isSet('compute_uv', true)) return [[...batch, p]];
  return [[...batch, p], [...batch, m, full ? m : p], [...batch, n, full ? n : p]];
};

/** MatrixDiag: a vector becomes the diagonal of a square matrix. */
const matrixDiag: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  return shape === undefined || shape.length < 1 ? [] : [[...shape, shape.at(-1)!]];
};

const matrixDiagPart: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  if (shape === undefined || shape.length < 2) return [];
  const [m, n] = [shape.at(-2)!, shape.at(-1)!];
  return [[...shape.slice(0, -2), m < 0 || n < 0 ? -1 : Math.min(m, n)]];
};

/** GRUBlockCell, LSTMBlockCell (rnn_ops.cc): every result is [batch, cell]. */
function blockCell(results: number): ShapeRule {
  return (operation) => {
    const state = [operation.ranked(0, 2)[0]!, operation.ranked(1, 2)[1]!];
    return Array.from({ length: results }, () => state);
  };
}

const biasAddGrad: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const first = operation.string('data_format', 'NHWC').startsWith('NC');
  return [shape === undefined ? [-1] : [first ? shape[1] ?? -1 : shape.at(-1) ?? -1]];
};

/** Matrix products and decompositions (common_shape_fns.cc, linalg_ops.cc, array_ops.cc). */
export const matrices: ShapeRules = {
  ...forEach(['MatMul', '_FusedMatMul', 'SparseMatMul', '_QuantizedMatMul'], matMul),
  ...forEach(['BatchMatMul', 'BatchMatMulV2', 'BatchMatMulV3'], batchMatMul),
  Einsum: einsum,
  ...forEach(['Cholesky', 'MatrixInverse', 'MatrixExponential', 'MatrixSquareRoot'], ofSquares((batch, size) => [[...batch, size, size]])),
  MatrixDeterminant: ofSquares((batch) => [batch]),
  LogMatrixDeterminant: ofSquares((batch) => [batch, batch]),
  Lu: ofSquares((batch, size) => [[...batch, size, size], [...batch, size]]),
  ...forEach(['MatrixSolve', 'MatrixTriangularSolve'], solve),
  Svd: svd,
  MatrixDiag: matrixDiag,
  MatrixDiagPart: matrixDiagPart,
  ...forEach(['MatrixSetDiag', 'MatrixSetDiagV2', 'MatrixSetDiagV3', 'MatrixBandPart'], unchanged),
  Diag: (operation) => [operation.shape(0)?.concat(operation.shape(0)!)],
  DiagPart: (operation) => [operation.shape(0)?.slice(0, operation.shape(0)!.length / 2)],
  GRUBlockCell: blockCell(4),
  LSTMBlockCell: blockCell(7),
  BiasAddGrad: biasAddGrad,
};
