import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import { converted } from '../conversion';
import { broadcastTo, copyStrided, transposed } from '../stridedCopy';
import { allocate, broadcastShape, integerTensor, numbersOf, reshaped, stridesOf, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { promoted } from './promotion';
import { axisOf } from './views';

/** Where an index that may count from the end lies on an axis. */
function placeOn(size: number): (index: number) => number {
  return (index) => {
    if (index < -size || index >= size) throw new UserError(`Index ${index} is outside an axis of ${size}`);
    return index < 0 ? index + size : index;
  };
}

/** Entries of `x` along an axis. */
function taken(x: Tensor, axis: number, indices: Tensor): Tensor {
  const size = x.shape[axis]!;
  const inner = elementCount(x.shape.slice(axis + 1));
  const outer = elementCount(x.shape.slice(0, axis));
  const places = numbersOf(indices).map(placeOn(size));
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const data = allocate(x.dtype, elementCount(shape));
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const place of places) {
      copyStrided([inner], { data: x.data, offset: (o * size + place) * inner, strides: [1] }, { data, offset: at, strides: [1] });
      at += inner;
    }
  }
  return { dtype: x.dtype, shape, data };
}

/** A selection by index tensors: where its blocks start in `x` with the indexed axes in front, and how the result is laid out. */
interface Selection {
  /** Index tensors broadcast together. */
  readonly shape: readonly number[];
  readonly offsets: readonly number[];
  /** Shape of each block. */
  readonly block: readonly number[];
  /** `x` with the indexed axes first. */
  readonly order: readonly number[];
  /** Axis of the result where the index axes stand: that of the indexed ones if they are neighbours, else the first. */
  readonly place: number;
}

/** Masks count as the indices of their true elements. */
function expandedMasks(indices: readonly (Tensor | undefined)[]): (Tensor | undefined)[] {
  return indices.flatMap((index) => (index === undefined || (index.dtype !== 'bool' && index.dtype !== 'uint8') ? [index] : coordinates(index)));
}

/** Coordinates of the elements that are not zero, a list per axis. */
function coordinates(x: Tensor): Tensor[] {
  const strides = stridesOf(x.shape);
  const places = Array.from({ length: x.data.length }, (_, place) => place).filter((place) => Number(x.data[place]) !== 0);
  return strides.map((stride, axis) => integerTensor('int64', [places.length], places.map((place) => Math.floor(place / stride) % x.shape[axis]!)));
}

/** NumPy's advanced indexing; axes without an index are kept whole (aten/src/ATen/native/TensorAdvancedIndexing.cpp). */
function selectionOf(x: Tensor, given: readonly (Tensor | undefined)[]): Selection {
  const indices = expandedMasks(given);
  const axes = indices.flatMap((index, axis) => (index === undefined ? [] : [axis]));
  if (axes.length === 0 || indices.length > x.shape.length) throw new UserError(`${axes.length} indices do not select from [${x.shape}]`);
  const chosen = axes.map((axis) => indices[axis]!);
  const shape = chosen.map((index) => index.shape).reduce<readonly number[]>(broadcastShape, []);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const strides = stridesOf([...axes, ...kept].map((axis) => x.shape[axis]!));
  const offsets = new Array<number>(elementCount(shape)).fill(0);
  chosen.forEach((index, position) => {
    const place = placeOn(x.shape[axes[position]!]!);
    numbersOf(broadcastTo(index, shape)).forEach((value, i) => (offsets[i]! += place(value) * strides[position]!));
  });
  const areNeighbours = axes.every((axis, position) => axis === axes[0]! + position);
  return { shape, offsets, block: kept.map((axis) => x.shape[axis]!), order: [...axes, ...kept], place: areNeighbours ? axes[0]! : 0 };
}

/** Moves the leading `count` axes to stand from axis `place` on. */
function withAxesAt(x: Tensor, count: number, place: number): Tensor {
  if (place === 0) return x;
  const axes = x.shape.map((_, axis) => axis);
  return transposed(x, [...axes.slice(count, count + place), ...axes.slice(0, count), ...axes.slice(count + place)]);
}

const inOrder = (x: Tensor, order: readonly number[]): Tensor => (order.every((axis, index) => axis === index) ? x : transposed(x, order));

const index: CallOperation = (call) => {
  const x = call.tensor('self');
  const { shape, offsets, block, order, place } = selectionOf(x, call.optionals('indices'));
  const source = inOrder(x, order);
  const inner = elementCount(block);
  const data = allocate(x.dtype, offsets.length * inner);
  offsets.forEach((offset, i) => copyStrided([inner], { data: source.data, offset, strides: [1] }, { data, offset: i * inner, strides: [1] }));
  return withAxesAt({ dtype: x.dtype, shape: [...shape, ...block], data }, shape.length, place);
};

/** A copy of `self` with `values` (broadcast) put, or added, where the indices say; later ones win. */
const indexPut: CallOperation = (call) => {
  const x = call.tensor('self');
  const { shape, offsets, block, order, place } = selectionOf(x, call.optionals('indices'));
  const source = inOrder(x, order);
  const target: Tensor = { ...source, data: (source.data as Float32Array).slice() };
  const wanted = [...block.slice(0, place), ...shape, ...block.slice(place)];
  const spread = broadcastTo(converted(call.tensor('values'), x.dtype), wanted);
  const axes = wanted.map((_, axis) => axis);
  const front = place + shape.length;
  const values = inOrder(spread, [...axes.slice(place, front), ...axes.slice(0, place), ...axes.slice(front)]);
  const inner = elementCount(block);
  const adds = call.flag('accumulate', false);
  const [to, from] = [target.data as NumberArray, values.data as NumberArray];
  offsets.forEach((offset, i) => {
    for (let k = 0; k < inner; k++) to[offset + k] = adds ? to[offset + k]! + from[i * inner + k]! : from[i * inner + k]!;
  });
  const back = order.map((_, axis) => order.indexOf(axis));
  return inOrder(target, back);
};

/** Calls `each` with the place of every element of `index` and of the element of an array of `shape` it addresses along an axis. */
function forEachAddressed(indexTensor: Tensor, shape: readonly number[], axis: number, each: (place: number, target: number) => void): void {
  const strides = stridesOf(shape);
  const own = stridesOf(indexTensor.shape);
  const place = placeOn(shape[axis] ?? 1);
  numbersOf(indexTensor).forEach((value, i) => {
    let target = place(value) * (strides[axis] ?? 0);
    indexTensor.shape.forEach((size, other) => {
      if (other !== axis) target += (Math.floor(i / own[other]!) % size) * strides[other]!;
    });
    each(i, target);
  });
}

const gather: CallOperation = (call) => {
  const [x, indices] = [call.tensor('self'), call.tensor('index')];
  const data = allocate(x.dtype, indices.data.length) as NumberArray;
  const source = x.data as NumberArray;
  forEachAddressed(indices, x.shape, axisOf(call, 'dim', 0, x.shape.length), (place, target) => (data[place] = source[target]!));
  return { dtype: x.dtype, shape: indices.shape, data };
};

/** A copy of `self` with elements of `src` (or one value) written, or added, at the indices along an axis. */
function scatter(adds: boolean): CallOperation {
  return (call) => {
    const [x, indices] = [call.tensor('self'), call.tensor('index')];
    const value = converted(call.term(call.has('src') ? 'src' : 'value').tensor, x.dtype);
    const data = (x.data as NumberArray).slice();
    const source = value.data as NumberArray;
    const strides = stridesOf(value.shape);
    const own = stridesOf(indices.shape);
    forEachAddressed(indices, x.shape, axisOf(call, 'dim', 0, x.shape.length), (place, target) => {
      const from = indices.shape.reduce((sum, size, axis) => sum + (Math.floor(place / own[axis]!) % size) * (strides[axis] ?? 0), 0);
      data[target] = adds ? data[target]! + source[from]! : source[from]!;
    });
    return { ...x, data };
  };
}

const indexSelect: CallOperation = (call) => {
  const x = call.tensor('self');
  return taken(x, axisOf(call, 'dim', 0, x.shape.length), call.tensor('index'));
};

/** condition ? a : b in their common type, all three broadcast together. */
function chosen(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShape(broadcastShape(condition.shape, a.shape), b.shape);
  const spread = (tensor: Tensor): NumberArray => broadcastTo(tensor, shape).data as NumberArray;
  const [test, whenTrue, whenFalse] = [condition, a, b].map((tensor) => spread(tensor)) as [NumberArray, NumberArray, NumberArray];
  const data = allocate(a.dtype, test.length) as NumberArray;
  for (let i = 0; i < data.length; i++) data[i] = test[i] ? whenTrue[i]! : whenFalse[i]!;
  return { dtype: a.dtype, shape, data };
}

const where: CallOperation = (call) => {
  const [a, b] = promoted([call.term('self'), call.term('other')]) as [Tensor, Tensor];
  return chosen(call.tensor('condition'), a, b);
};

const maskedFill: CallOperation = (call: Call) => {
  const x = call.tensor('self');
  return chosen(call.tensor('mask'), converted(call.term('value').tensor, x.dtype), x);
};

const nonZero: CallOperation = (call) => {
  const lists = coordinates(call.tensor('self'));
  const count = lists[0]?.data.length ?? 0;
  const data = allocate('int64', count * lists.length) as BigInt64Array;
  lists.forEach((list, axis) => (list.data as BigInt64Array).forEach((value, i) => (data[i * lists.length + axis] = value)));
  return { dtype: 'int64', shape: [count, lists.length], data };
};

const maskedSelect: CallOperation = (call) => {
  const [x, mask] = [call.tensor('self'), call.tensor('mask')];
  const shape = broadcastShape(x.shape, mask.shape);
  const flat = broadcastTo(x, shape);
  const places = coordinates(reshaped(broadcastTo(mask, shape), [elementCount(shape)]))[0]!;
  return taken(reshaped(flat, [elementCount(shape)]), 0, places);
};

/** `self` with `src` in the place of a slice. */
const sliceScatter: CallOperation = (call) => {
  const [x, src] = [call.tensor('self'), call.tensor('src')];
  const axis = axisOf(call, 'dim', 0, x.shape.length);
  const strides = stridesOf(x.shape);
  const isSelect = call.op.startsWith('aten.select');
  const given = call.number(isSelect ? 'index' : 'start', 0);
  const start = given < 0 ? given + x.shape[axis]! : given;
  const block = isSelect ? [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis + 1)] : src.shape;
  const data = (x.data as NumberArray).slice();
  const walk = strides.map((stride, other) => (other === axis ? stride * call.number('step', 1) : stride));
  copyStrided(block, { data: converted(src, x.dtype).data, offset: 0, strides: stridesOf(block) }, { data, offset: start * strides[axis]!, strides: walk });
  return { ...x, data };
};

export const indexing: CallOperations = {
  'aten.index.Tensor': index, 'aten.index_put': indexPut, 'aten.gather': gather, 'aten.index_select': indexSelect,
  'aten.embedding': (call) => taken(call.tensor('weight'), 0, call.tensor('indices')),
  'aten.scatter.src': scatter(false), 'aten.scatter.value': scatter(false), 'aten.scatter_add': scatter(true),
  'aten.where.self': where, 'aten.where.ScalarOther': where, 'aten.where.ScalarSelf': where, 'aten.where.Scalar': where,
  'aten.masked_fill.Scalar': maskedFill, 'aten.masked_fill.Tensor': maskedFill, 'aten.nonzero': nonZero, 'aten.masked_select': maskedSelect,
  'aten.slice_scatter': sliceScatter, 'aten.select_scatter': sliceScatter,
};
