import type { DataType } from '../../graph/dataType';

/** Numbers of the enum DataType in tensorflow/core/framework/types.proto. */
const NUMBERS: Record<DataType, number> = {
  float32: 1, float64: 2, int32: 3, uint8: 4, int16: 5, int8: 6, string: 7, complex64: 8, int64: 9, bool: 10,
  qint8: 11, quint8: 12, qint32: 13, bfloat16: 14, qint16: 15, quint16: 16, uint16: 17, complex128: 18, float16: 19,
  resource: 20, variant: 21, uint32: 22, uint64: 23,
  float8_e5m2: 24, float8_e4m3fn: 25, float8_e4m3fnuz: 26, float8_e4m3b11fnuz: 27, float8_e5m2fnuz: 28,
  int4: 29, uint4: 30, int2: 31, uint2: 32, float4_e2m1fn: 33,
};

/** DT_FLOAT_REF = DT_FLOAT + 100, and so on for every type. */
const REF_OFFSET = 100;

const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name as DataType]));

/** The type of a DataType enum number, the base type for a `_REF` one; undefined for DT_INVALID and numbers not known. */
export function dataTypeFromEnum(number: number): DataType | undefined {
  return NAMES.get(number > REF_OFFSET ? number - REF_OFFSET : number);
}

/** The DataType enum number of a (non-reference) type. */
export function dataTypeToEnum(dtype: DataType): number {
  return NUMBERS[dtype];
}
