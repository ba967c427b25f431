import type { DataType } from '../../graph/dataType';

/** Numbers of the enum TensorProto.DataType in onnx.proto. */
const NUMBERS: Partial<Record<DataType, number>> = {
  float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11, uint32: 12,
  uint64: 13, complex64: 14, complex128: 15, bfloat16: 16, float8_e4m3fn: 17, float8_e4m3fnuz: 18, float8_e5m2: 19, float8_e5m2fnuz: 20,
  uint4: 21, int4: 22, float4_e2m1fn: 23, uint2: 25, int2: 26,
};

const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name as DataType]));

/** The element type of an enum number; undefined for UNDEFINED and numbers not known. */
export function dataTypeFromEnum(number: number): DataType | undefined {
  return NAMES.get(number);
}

/** The enum number of an element type. Throws Error for a type ONNX does not have. */
export function dataTypeToEnum(dtype: DataType): number {
  const number = NUMBERS[dtype];
  if (number === undefined) throw new Error(`ONNX has no element type ${dtype}`);
  return number;
}
