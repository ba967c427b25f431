import { UserError } from '../errors';
import type { DataType } from '../graph/dataType';
import { elementCount, type Tensor, type TensorData } from '../graph/tensor';
import { takeBuffer } from './bufferPool';

/** Arrays whose elements are JavaScript numbers. */
export type NumberArray = Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;
export type BigIntArray = BigInt64Array | BigUint64Array;

type ArrayType = { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): NumberArray | BigIntArray };

const ARRAY_OF: Partial<Record<DataType, ArrayType>> = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, bfloat16: Uint16Array,
  int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array,
  bool: Uint8Array, qint8: Int8Array, quint8: Uint8Array, qint16: Int16Array, quint16: Uint16Array, qint32: Int32Array,
};

const EMPTY_STRING = new Uint8Array(0);

/** Zeroed storage of `count` elements. Throws UserError for types without element storage (complex, resource, …). */
export function allocate(dtype: DataType, count: number): TensorData {
  if (dtype === 'string') return new Array<Uint8Array>(count).fill(EMPTY_STRING);
  const Storage = ARRAY_OF[dtype];
  if (Storage === undefined) throw new UserError(`Computing on ${dtype} tensors is not supported`);
  return new Storage(takeBuffer(count * Storage.BYTES_PER_ELEMENT));
}

/** A zeroed tensor. */
export function zeros(dtype: DataType, shape: readonly number[]): Tensor {
  return { dtype, shape, data: allocate(dtype, elementCount(shape)) };
}

/** An int32 or int64 tensor from JavaScript numbers. */
export function integerTensor(dtype: 'int32' | 'int64', shape: readonly number[], values: readonly number[]): Tensor {
  return { dtype, shape, data: dtype === 'int32' ? Int32Array.from(values) : BigInt64Array.from(values, BigInt) };
}

/** The same elements under another shape of equal size. */
export function reshaped(tensor: Tensor, shape: readonly number[]): Tensor {
  return { dtype: tensor.dtype, shape, data: tensor.data };
}

/** The elements as JavaScript numbers: for shapes, axes, indices and other small integer operands. */
export function numbersOf(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** The only element as a JavaScript number. */
export function scalarOf(tensor: Tensor): number {
  return Number((tensor.data as ArrayLike<number | bigint>)[0]);
}

/** Whether elements are JavaScript bigints. */
export function isBigInt(tensor: Tensor): boolean {
  return tensor.data instanceof BigInt64Array || tensor.data instanceof BigUint64Array;
}

/** Elements between neighbours along each axis of a row-major array. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** `axis` in 0…rank-1 from an axis that may count from the end. Throws UserError outside -rank…rank-1. */
export function normalizeAxis(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw new UserError(`Axis ${axis} does not exist in a tensor of rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** NumPy broadcasting of two shapes. Throws UserError when they do not fit. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new UserError(`Shapes [${a}] and [${b}] cannot be broadcast`);
    result.push(x === 1 ? y : x);
  }
  return result;
}

/** Strides that read `shape` as if it were broadcast to `target`: 0 along repeated axes. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = stridesOf(shape);
  return target.map((_, axis) => {
    const own = axis - target.length + shape.length;
    return own < 0 || shape[own] === 1 ? 0 : strides[own]!;
  });
}
