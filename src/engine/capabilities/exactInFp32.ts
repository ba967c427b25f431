import type { DataType } from '../graph/dataType';

/** Types whose every value is an FP32 value, so that passing through FP32 rounds nothing. */
export const EXACT_IN_FP32: ReadonlySet<DataType> = new Set(['bfloat16', 'float16', 'bool', 'int8', 'uint8', 'int16', 'uint16']);
