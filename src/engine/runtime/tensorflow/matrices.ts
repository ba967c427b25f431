import { elementCount, type Tensor } from '../../graph/tensor';
import type { Operation, Operations } from '../operation';
import { copyStrided } from '../stridedCopy';
import { allocate, scalarOf, stridesOf, zeros, type NumberArray } from '../tensors';

/** The matrices with their main diagonals replaced. */
const setDiagonal: Operation = (context) => {
  const [x, diagonal] = [context.input(0), context.input(1)];
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const size = Math.min(rows, columns);
  const batches = elementCount(x.shape.slice(0, -2));
  const data = (x.data as NumberArray).slice();
  copyStrided([batches, size], { data: diagonal.data, offset: 0, strides: [size, 1] }, { data, offset: 0, strides: [rows * columns, columns + 1] });
  return [{ ...x, data }];
};

/** Keeps `lower` diagonals below and `upper` above the main one; a negative number keeps all. */
const band: Operation = (context) => {
  const x = context.input(0);
  const [lower, upper] = [scalarOf(context.input(1)), scalarOf(context.input(2))];
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const result = zeros(x.dtype, x.shape);
  const [data, source] = [result.data as NumberArray, x.data as NumberArray];
  for (let i = 0; i < data.length; i++) {
    const below = (Math.floor(i / columns) % rows) - (i % columns);
    if ((lower < 0 || below <= lower) && (upper < 0 || -below <= upper)) data[i] = source[i]!;
  }
  return [result];
};

/** The elements whose first half of the index equals the second half. */
const diagonalPart: Operation = (context) => {
  const x = context.input(0);
  const shape = x.shape.slice(0, x.shape.length / 2);
  const count = elementCount(shape);
  const data = allocate(x.dtype, count);
  copyStrided([count], { data: x.data, offset: 0, strides: [count + 1] }, { data, offset: 0, strides: [1] });
  return [{ dtype: x.dtype, shape, data }];
};

/** Cross products of the vectors along the last axis. */
const cross: Operation = (context) => {
  const [a, b] = context.inputs() as [Tensor, Tensor];
  const [x, y] = [a.data as NumberArray, b.data as NumberArray];
  const data = allocate(a.dtype, x.length) as NumberArray;
  for (let i = 0; i < x.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      const [j, l] = [i + ((k + 1) % 3), i + ((k + 2) % 3)];
      data[i + k] = x[j]! * y[l]! - x[l]! * y[j]!;
    }
  }
  return [{ dtype: a.dtype, shape: a.shape, data }];
};

/** Windows of an image laid out along the channel axis, zeros outside it. */
const extractPatches: Operation = (context) => {
  const x = context.input(0);
  const [batch, height, width, depth] = x.shape as [number, number, number, number];
  const [[, rows, columns], [, down, right], [, rowRate, columnRate]] = [context.ints('ksizes', []), context.ints('strides', []), context.ints('rates', [])] as [
    number[], number[], number[],
  ] as [[number, number, number], [number, number, number], [number, number, number]];
  const same = context.string('padding', 'VALID') === 'SAME';
  const extent = [(rows - 1) * rowRate + 1, (columns - 1) * columnRate + 1] as const;
  const outRows = same ? Math.ceil(height / down) : Math.ceil((height - extent[0] + 1) / down);
  const outColumns = same ? Math.ceil(width / right) : Math.ceil((width - extent[1] + 1) / right);
  const top = same ? Math.max(0, (outRows - 1) * down + extent[0] - height) >> 1 : 0;
  const left = same ? Math.max(0, (outColumns - 1) * right + extent[1] - width) >> 1 : 0;
  const result = zeros(x.dtype, [batch, outRows, outColumns, rows * columns * depth]);
  const strides = stridesOf(x.shape);
  let offset = 0;
  for (let image = 0; image < batch; image++) {
    for (let position = 0; position < outRows * outColumns; position++) {
      const [row, column] = [Math.floor(position / outColumns) * down - top, (position % outColumns) * right - left];
      for (let tap = 0; tap < rows * columns; tap++, offset += depth) {
        const [r, c] = [row + Math.floor(tap / columns) * rowRate, column + (tap % columns) * columnRate];
        if (r < 0 || r >= height || c < 0 || c >= width) continue;
        const from = { data: x.data, offset: image * strides[0]! + r * strides[1]! + c * strides[2]!, strides: [1] };
        copyStrided([depth], from, { data: result.data, offset, strides: [1] });
      }
    }
  }
  return [result];
};

export const matrixMovement: Operations = { MatrixSetDiag: setDiagonal, MatrixBandPart: band, DiagPart: diagonalPart, ExtractImagePatches: extractPatches };
export const matrixArithmetic: Operations = { Cross: cross };
