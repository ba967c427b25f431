import type { DataType } from '../../graph/dataType';
import type { Tensor } from '../../graph/tensor';
import { converted } from '../conversion';
import type { Term } from './call';

const INTEGER_RANK: Partial<Record<DataType, number>> = { uint8: 1, int8: 1, int16: 2, uint16: 2, int32: 3, uint32: 3, int64: 4, uint64: 4 };
const FLOAT_RANK: Partial<Record<DataType, number>> = { bfloat16: 1, float16: 1, float32: 2, float64: 3 };

/** 0 bool, 1 integer, 2 float. */
function category(dtype: DataType): number {
  return dtype === 'bool' ? 0 : dtype in FLOAT_RANK ? 2 : 1;
}

export function isFloat(dtype: DataType): boolean {
  return dtype in FLOAT_RANK;
}

/** The type that holds the values of both (c10/core/ScalarType.cpp, promoteTypes). */
export function promotedType(a: DataType, b: DataType): DataType {
  if (a === b) return a;
  if (category(a) !== category(b)) return category(a) > category(b) ? a : b;
  if (category(a) === 2) return FLOAT_RANK[a] === FLOAT_RANK[b] ? 'float32' : FLOAT_RANK[a]! > FLOAT_RANK[b]! ? a : b;
  const [small, large] = INTEGER_RANK[a]! <= INTEGER_RANK[b]! ? [a, b] : [b, a];
  return INTEGER_RANK[small] === INTEGER_RANK[large] ? 'int16' : large;
}

/** The default type stands for Python's floats. */
function typeOf({ tensor, isNumber }: Term): DataType {
  return isNumber && isFloat(tensor.dtype) ? 'float32' : tensor.dtype;
}

/**
 * The type an operation on these terms computes in: tensors with axes decide, then those without, then numbers, which
 * only count where they are of a higher category (aten/src/ATen/native/TypeProperties.cpp, result_type).
 */
export function resultType(terms: readonly Term[]): DataType {
  const levels = [
    terms.filter(({ tensor, isNumber }) => !isNumber && tensor.shape.length > 0),
    terms.filter(({ tensor, isNumber }) => !isNumber && tensor.shape.length === 0),
    terms.filter(({ isNumber }) => isNumber),
  ];
  const types = levels.filter((level) => level.length > 0).map((level) => level.map(typeOf).reduce(promotedType));
  return types.reduce((result, dtype) => (category(dtype) > category(result) ? dtype : result));
}

/** The terms in the type they are computed in; `atLeastFloat` computes integers in float32. */
export function promoted(terms: readonly Term[], atLeastFloat = false): Tensor[] {
  const common = resultType(terms);
  const dtype = atLeastFloat && !isFloat(common) ? 'float32' : common;
  return terms.map(({ tensor }) => converted(tensor, dtype));
}

/** Integers and flags as float32, for functions of real numbers. */
export function asFloat(tensor: Tensor): Tensor {
  return isFloat(tensor.dtype) ? tensor : converted(tensor, 'float32');
}
