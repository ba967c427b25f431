/** Element types of tensors, named as NumPy and ml_dtypes name them; `q…` are TensorFlow's quantized integers. */
export type DataType =
  | 'float32' | 'float64' | 'float16' | 'bfloat16'
  | 'int8' | 'int16' | 'int32' | 'int64'
  | 'uint8' | 'uint16' | 'uint32' | 'uint64'
  | 'bool' | 'string' | 'complex64' | 'complex128'
  | 'qint8' | 'quint8' | 'qint16' | 'quint16' | 'qint32'
  | 'resource' | 'variant'
  | 'float8_e5m2' | 'float8_e4m3fn' | 'float8_e4m3fnuz' | 'float8_e4m3b11fnuz' | 'float8_e5m2fnuz' | 'float4_e2m1fn'
  | 'int4' | 'uint4' | 'int2' | 'uint2';

/** What a node computes in. `other` is shown neutral: integer, string and control nodes, constants, inputs, Casts. */
export type Precision = 'fp32' | 'bf16' | 'int8' | 'other';

const BYTES: Partial<Record<DataType, number>> = {
  float32: 4, float64: 8, float16: 2, bfloat16: 2,
  int8: 1, int16: 2, int32: 4, int64: 8, uint8: 1, uint16: 2, uint32: 4, uint64: 8, bool: 1,
  complex64: 8, complex128: 16, qint8: 1, quint8: 1, qint16: 2, quint16: 2, qint32: 4,
  float8_e5m2: 1, float8_e4m3fn: 1, float8_e4m3fnuz: 1, float8_e4m3b11fnuz: 1, float8_e5m2fnuz: 1,
};

/** Bytes of one element, or undefined where elements have no fixed whole number of bytes. */
export function bytesPerElement(dtype: DataType): number | undefined {
  return BYTES[dtype];
}
