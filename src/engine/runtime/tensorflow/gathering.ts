import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import { copyStrided } from '../stridedCopy';
import type { Operation, Operations } from '../operation';
import { allocate, normalizeAxis, numbersOf, scalarOf, stridesOf, zeros, type NumberArray } from '../tensors';

/** Copies `count` neighbouring elements. */
function copyRun(from: Tensor, start: number, to: Tensor['data'], at: number, count: number): void {
  copyStrided([count], { data: from.data, offset: start, strides: [1] }, { data: to, offset: at, strides: [1] });
}

/** Slices of `x` along `axis` at the indices; the first `batchAxes` axes belong together. */
function gathered(x: Tensor, indices: Tensor, axis: number, batchAxes: number): Tensor {
  const size = x.shape[axis]!;
  const batch = elementCount(x.shape.slice(0, batchAxes));
  const outer = elementCount(x.shape.slice(batchAxes, axis));
  const inner = elementCount(x.shape.slice(axis + 1));
  const perBatch = elementCount(indices.shape.slice(batchAxes));
  const positions = numbersOf(indices);
  for (const position of positions) {
    if (position < 0 || position >= size) throw new UserError(`Index ${position} is outside an axis of ${size}`);
  }
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchAxes), ...x.shape.slice(axis + 1)];
  const data = allocate(x.dtype, elementCount(shape));
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outer; o++) {
      const row = (b * outer + o) * size;
      for (let i = 0; i < perBatch; i++, at += inner) copyRun(x, (row + positions[b * perBatch + i]!) * inner, data, at, inner);
    }
  }
  return { dtype: x.dtype, shape, data };
}

const gather: Operation = (context) => [gathered(context.input(0), context.input(1), 0, 0)];

const gatherAxis: Operation = (context) => {
  const [x, indices] = [context.input(0), context.input(1)];
  const axis = normalizeAxis(scalarOf(context.input(2)), x.shape.length);
  const batchAxes = context.int('batch_dims', 0);
  return [gathered(x, indices, axis, batchAxes < 0 ? batchAxes + indices.shape.length : batchAxes)];
};

/** Offsets into an array of `shape` that the rows of an index tensor address, and the size of what lies there. */
function addressed(indices: Tensor, shape: readonly number[]): { offsets: number[]; inner: number; depth: number } {
  const depth = indices.shape.at(-1)!;
  const strides = stridesOf(shape);
  const values = numbersOf(indices);
  const offsets = Array.from({ length: elementCount(indices.shape.slice(0, -1)) }, (_, row) => {
    let offset = 0;
    for (let axis = 0; axis < depth; axis++) {
      const position = values[row * depth + axis]!;
      if (position < 0 || position >= shape[axis]!) throw new UserError(`Index ${position} is outside axis ${axis} of [${shape}]`);
      offset += position * strides[axis]!;
    }
    return offset;
  });
  return { offsets, inner: elementCount(shape.slice(depth)), depth };
}

const gatherNd: Operation = (context) => {
  const [x, indices] = [context.input(0), context.input(1)];
  const { offsets, inner, depth } = addressed(indices, x.shape);
  const data = allocate(x.dtype, offsets.length * inner);
  offsets.forEach((offset, row) => copyRun(x, offset, data, row * inner, inner));
  return [{ dtype: x.dtype, shape: [...indices.shape.slice(0, -1), ...x.shape.slice(depth)], data }];
};

/** Zeros with the updates added at the indices. */
const scatterNd: Operation = (context) => {
  const [indices, updates] = [context.input(0), context.input(1)];
  const shape = numbersOf(context.input(2));
  const { offsets, inner } = addressed(indices, shape);
  const result = zeros(updates.dtype, shape);
  const [data, source] = [result.data as NumberArray, updates.data as NumberArray];
  offsets.forEach((offset, row) => {
    for (let i = 0; i < inner; i++) data[offset + i]! += source[row * inner + i]!;
  });
  return [result];
};

/** The k largest along the last axis in falling order, the lower index first among equals, and their indices. */
const topK: Operation = (context) => {
  const x = context.input(0);
  const count = context.inputCount > 1 ? scalarOf(context.input(1)) : context.int('k', 1);
  const width = x.shape.at(-1)!;
  const shape = [...x.shape.slice(0, -1), count];
  const values = allocate(x.dtype, elementCount(shape)) as NumberArray;
  const indices = new Int32Array(values.length);
  const source = x.data as NumberArray;
  for (let row = 0; row * width < source.length; row++) {
    const order = Array.from({ length: width }, (_, i) => i);
    order.sort((a, b) => (source[row * width + b]! > source[row * width + a]! ? 1 : source[row * width + b]! < source[row * width + a]! ? -1 : a - b));
    for (let k = 0; k < count; k++) {
      values[row * count + k] = source[row * width + order[k]!]!;
      indices[row * count + k] = order[k]!;
    }
  }
  return [{ dtype: x.dtype, shape, data: values }, { dtype: 'int32', shape, data: indices }];
};

/** Coordinates of the elements that are not zero, in row-major order. */
const where: Operation = (context) => {
  const x = context.input(0);
  const strides = stridesOf(x.shape);
  const rows: bigint[] = [];
  (x.data as NumberArray).forEach((value, position) => {
    if (Number(value) !== 0) strides.forEach((stride, axis) => rows.push(BigInt(Math.floor(position / stride) % x.shape[axis]!)));
  });
  const rank = x.shape.length;
  return [{ dtype: 'int64', shape: [rows.length / Math.max(rank, 1), rank], data: BigInt64Array.from(rows) }];
};

/** Rows of several tensors put where their indices say; later tensors win. */
const dynamicStitch: Operation = (context) => {
  const count = context.inputCount / 2;
  const indices = context.inputs(0, count);
  const pieces = context.inputs(count);
  const rowShape = pieces[0]!.shape.slice(indices[0]!.shape.length);
  const inner = elementCount(rowShape);
  const rows = Math.max(-1, ...indices.flatMap(numbersOf)) + 1;
  const result = zeros(pieces[0]!.dtype, [rows, ...rowShape]);
  indices.forEach((positions, piece) => numbersOf(positions).forEach((row, i) => copyRun(pieces[piece]!, i * inner, result.data, row * inner, inner)));
  return [result];
};

/** Reverses the first `lengths[i]` entries along one axis of batch entry i. */
const reverseSequence: Operation = (context) => {
  const x = context.input(0);
  const lengths = numbersOf(context.input(1));
  const [along, batch] = [context.int('seq_dim', 0), context.int('batch_dim', 0)];
  const strides = stridesOf(x.shape);
  const data = allocate(x.dtype, x.data.length) as NumberArray;
  const source = x.data as NumberArray;
  for (let i = 0; i < data.length; i++) {
    const position = Math.floor(i / strides[along]!) % x.shape[along]!;
    const length = lengths[Math.floor(i / strides[batch]!) % x.shape[batch]!]!;
    data[i] = source[position < length ? i + (length - 1 - 2 * position) * strides[along]! : i]!;
  }
  return [{ dtype: x.dtype, shape: x.shape, data }];
};

export const gathering: Operations = {
  Gather: gather, GatherV2: gatherAxis, GatherNd: gatherNd, Where: where,
  DynamicStitch: dynamicStitch, ParallelDynamicStitch: dynamicStitch, ReverseSequence: reverseSequence,
};

export const ranking: Operations = { TopK: topK, TopKV2: topK, ScatterNd: scatterNd };
