import type { DataType } from '../../graph/dataType';
import { elementCount, type Tensor } from '../../graph/tensor';
import { converted } from '../conversion';
import { allocate, zeros } from '../tensors';
import type { Call, CallOperation, CallOperations, Term } from './call';
import { filled } from './copies';
import { isFloat } from './promotion';

/** A tensor of one value: of the named type, that of `self` (the …_like and new_… forms), or float32. */
function constant(value: (call: Call) => number | bigint | boolean, shape: (call: Call) => readonly number[]): CallOperation {
  return (call) => filled(call.type('dtype') ?? call.optional('self')?.dtype ?? 'float32', shape(call), value(call));
}

const sizes = (call: Call): readonly number[] => call.numbers('size', []);
const like = (call: Call): readonly number[] => call.tensor('self').shape;
const fillValue = (call: Call): number | bigint => {
  const { tensor } = call.term('fill_value');
  return (tensor.data as ArrayLike<number | bigint>)[0]!;
};

/** Of a number without a named type: bool, int64 or float32, as the number is. */
function numberType({ tensor, isNumber }: Term): DataType {
  return isNumber && isFloat(tensor.dtype) ? 'float32' : tensor.dtype;
}

const full: CallOperation = (call) => filled(call.type('dtype') ?? numberType(call.term('fill_value')), sizes(call), fillValue(call));

/** start, start + step, … before end; integers unless a bound is a float. */
const arange: CallOperation = (call) => {
  const bounds = ['start', 'end', 'step'].filter((name) => call.has(name)).map((name) => call.term(name));
  const dtype = call.type('dtype') ?? (bounds.some(({ tensor }) => isFloat(tensor.dtype)) ? 'float32' : 'int64');
  const [start, end, step] = [call.number('start', 0), call.number('end', 0), call.number('step', 1)];
  const count = Math.max(0, Math.ceil((end - start) / step));
  const data = Float64Array.from({ length: count }, (_, i) => start + i * step);
  return converted({ dtype: 'float64', shape: [count], data }, dtype);
};

/** `steps` values from start to end, both included; the second half counts back from the end (aten/src/ATen/native/RangeUtils.h). */
const linspace: CallOperation = (call) => {
  const [start, end, steps] = [call.number('start', 0), call.number('end', 0), call.number('steps', 0)];
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  const data = Float64Array.from({ length: steps }, (_, i) => (i < steps / 2 ? start + step * i : end - step * (steps - 1 - i)));
  return converted({ dtype: 'float64', shape: [steps], data }, call.type('dtype') ?? 'float32');
};

const eye: CallOperation = (call) => {
  const rows = call.number('n', 0);
  const columns = call.number('m', rows);
  const result = zeros('uint8', [rows, columns]);
  for (let i = 0; i < Math.min(rows, columns); i++) (result.data as Uint8Array)[i * (columns + 1)] = 1;
  return converted(result, call.type('dtype') ?? 'float32');
};

/** Rows and columns of a triangle of a matrix, as two lists of indices. */
function triangleIndices(keeps: (row: number, column: number, offset: number) => boolean): CallOperation {
  return (call) => {
    const [rows, columns, offset] = [call.number('row', 0), call.number('col', 0), call.number('offset', 0)];
    const all = Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns] as const);
    const kept = all.filter(([row, column]) => keeps(row, column, offset));
    const data = allocate('int64', 2 * kept.length) as BigInt64Array;
    kept.forEach(([row, column], index) => {
      data[index] = BigInt(row);
      data[kept.length + index] = BigInt(column);
    });
    return { dtype: 'int64', shape: [2, kept.length], data };
  };
}

/** One at the index of each entry along a new last axis. */
const oneHot: CallOperation = (call) => {
  const x = call.tensor('self');
  const indices = Array.from(x.data as BigInt64Array, Number);
  const given = call.number('num_classes', -1);
  const classes = given < 0 ? Math.max(-1, ...indices) + 1 : given;
  const data = allocate('int64', indices.length * classes) as BigInt64Array;
  indices.forEach((index, place) => (data[place * classes + index] = 1n));
  return { dtype: 'int64', shape: [...x.shape, classes], data };
};

const scalarTensor = (call: Call): Tensor => {
  const name = call.has('s') ? 's' : 'data';
  const term = call.term(name);
  return converted(term.tensor, call.type('dtype') ?? numberType(term));
};

/** The number of elements, as the graph's symbolic arithmetic reads it. */
const numel: CallOperation = (call) => ({ dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(elementCount(call.tensor('self').shape))) });

export const creation: CallOperations = {
  'aten.zeros': constant(() => 0, sizes), 'aten.ones': constant(() => 1, sizes), 'aten.empty.memory_format': constant(() => 0, sizes), 'aten.full': full,
  'aten.zeros_like': constant(() => 0, like), 'aten.ones_like': constant(() => 1, like), 'aten.empty_like': constant(() => 0, like),
  'aten.full_like': constant(fillValue, like),
  'aten.new_zeros': constant(() => 0, sizes), 'aten.new_ones': constant(() => 1, sizes),
  'aten.new_empty': constant(() => 0, sizes), 'aten.new_full': constant(fillValue, sizes),
  'aten.arange': arange, 'aten.arange.start': arange, 'aten.arange.start_step': arange, 'aten.linspace': linspace, 'aten.eye': eye, 'aten.eye.m': eye,
  'aten.tril_indices': triangleIndices((row, column, offset) => column - row <= offset),
  'aten.triu_indices': triangleIndices((row, column, offset) => column - row >= offset),
  'aten.one_hot': oneHot, 'aten.scalar_tensor': scalarTensor, 'aten.numel': numel,
};

