import type { DataType } from '../../graph/dataType';
import type { TensorData } from '../../graph/tensor';
import { toBigInt } from '../protobuf';
import type { TensorMessage } from './messages';

export type NumericArray = Exclude<TensorData, readonly Uint8Array[]>;

/** How the elements of a type are stored. */
export interface NumericLayout {
  readonly array: NumericArrayConstructor;
  /** Array entries of one element: 2 for complex numbers. */
  readonly parts: number;
  /** The *_val field of TensorProto the type uses when there is no tensor_content. */
  readonly values: (message: TensorMessage) => ArrayLike<number | bigint>;
}

export interface NumericArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): NumericArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericArray;
}

const layout = (array: NumericArrayConstructor, values: NumericLayout['values'], parts = 1): NumericLayout => ({ array, parts, values });

const intVal = (message: TensorMessage): readonly number[] => message.intVal ?? [];
const halfVal = (message: TensorMessage): readonly number[] => message.halfVal ?? [];
const float8Val = (message: TensorMessage): Uint8Array => message.float8Val ?? new Uint8Array(0);

/**
 * Layout by type, as in the comments of tensorflow/core/framework/tensor.proto; resources and variants have none. Types
 * of fewer than 8 bits take a byte each.
 */
export const LAYOUTS: Partial<Record<DataType, NumericLayout | 'string'>> = {
  float32: layout(Float32Array, (message) => message.floatVal ?? []),
  float64: layout(Float64Array, (message) => message.doubleVal ?? []),
  float16: layout(Uint16Array, halfVal),
  bfloat16: layout(Uint16Array, halfVal),
  int8: layout(Int8Array, intVal),
  int16: layout(Int16Array, intVal),
  int32: layout(Int32Array, intVal),
  int64: layout(BigInt64Array, (message) => (message.int64Val ?? []).map(toBigInt)),
  uint8: layout(Uint8Array, intVal),
  uint16: layout(Uint16Array, intVal),
  uint32: layout(Uint32Array, (message) => message.uint32Val ?? []),
  uint64: layout(BigUint64Array, (message) => (message.uint64Val ?? []).map(toBigInt)),
  bool: layout(Uint8Array, (message) => (message.boolVal ?? []).map(Number)),
  complex64: layout(Float32Array, (message) => message.scomplexVal ?? [], 2),
  complex128: layout(Float64Array, (message) => message.dcomplexVal ?? [], 2),
  qint8: layout(Int8Array, intVal),
  quint8: layout(Uint8Array, intVal),
  qint16: layout(Int16Array, intVal),
  quint16: layout(Uint16Array, intVal),
  qint32: layout(Int32Array, intVal),
  float8_e5m2: layout(Uint8Array, float8Val),
  float8_e4m3fn: layout(Uint8Array, float8Val),
  float8_e4m3fnuz: layout(Uint8Array, float8Val),
  float8_e4m3b11fnuz: layout(Uint8Array, float8Val),
  float8_e5m2fnuz: layout(Uint8Array, float8Val),
  int4: layout(Int8Array, intVal),
  uint4: layout(Uint8Array, intVal),
  int2: layout(Int8Array, intVal),
  uint2: layout(Uint8Array, intVal),
  string: 'string',
};
