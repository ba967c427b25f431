import type { DataType } from './dataType';

/**
 * Element storage. bfloat16 and float16 are raw bit patterns (Uint16Array), bool is 0/1 (Uint8Array),
 * complex is interleaved re, im (Float32Array or Float64Array), strings are bytes.
 */
export type TensorData =
  | Float32Array | Float64Array
  | Int8Array | Int16Array | Int32Array | BigInt64Array
  | Uint8Array | Uint16Array | Uint32Array | BigUint64Array
  | readonly Uint8Array[];

/** A dense tensor in row-major order. */
export interface Tensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}
