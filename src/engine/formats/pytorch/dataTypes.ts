import { bytesPerElement, type DataType } from '../../graph/dataType';

/**
 * Numbers of the enum ScalarType in torch/_export/serde/schema.py. Complex32 (9) and float8_e8m0fnu (33) have no name here:
 * values of these types are kept and never interpreted.
 */
const CODES: readonly (readonly [number, DataType])[] = [
  [1, 'uint8'], [2, 'int8'], [3, 'int16'], [4, 'int32'], [5, 'int64'], [6, 'float16'], [7, 'float32'], [8, 'float64'],
  [10, 'complex64'], [11, 'complex128'], [12, 'bool'], [13, 'bfloat16'], [28, 'uint16'], [29, 'float8_e4m3fn'], [30, 'float8_e5m2'],
  [31, 'float8_e4m3fnuz'], [32, 'float8_e5m2fnuz'], [34, 'uint32'], [35, 'uint64'],
];

const NAMES = new Map(CODES);
const NUMBERS = new Map(CODES.map(([code, name]) => [name, code]));
const UNNAMED_SIZES = new Map([[9, 4], [33, 1]]);

/** The type of a ScalarType code, or undefined for one without a name. */
export function dataTypeFromCode(code: number): DataType | undefined {
  return NAMES.get(code);
}

/** The ScalarType code of a type. Throws for a type PyTorch does not have. */
export function codeOfDataType(dtype: DataType): number {
  const code = NUMBERS.get(dtype);
  if (code === undefined) throw new Error(`PyTorch has no ${dtype}`);
  return code;
}

/** Bytes of one element of a ScalarType code, or undefined for a code that is none. */
export function bytesPerCode(code: number): number | undefined {
  const dtype = NAMES.get(code);
  return dtype === undefined ? UNNAMED_SIZES.get(code) : bytesPerElement(dtype);
}
