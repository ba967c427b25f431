import { isList, isObject, type Json, type JsonObject } from '../../data/losslessJson';
import { UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import { unionOf } from './arguments';
import { bytesPerCode, codeOfDataType, dataTypeFromCode } from './dataTypes';
import { AGAIN } from './program';
import { denseStrides } from './storage';

/** A TensorMeta of torch/_export/serde/schema.py. */
export interface TensorMeta {
  readonly code: number;
  /** Undefined for a type without a name here. */
  readonly dtype: DataType | undefined;
  /** -1 for a symbolic size. */
  readonly shape: readonly number[];
  /** In elements; undefined where one is symbolic. */
  readonly strides: readonly number[] | undefined;
  readonly offset: number | undefined;
}

/** Reads a TensorMeta. `what` names it in messages. Throws UserError where it is none, or of a type PyTorch does not have. */
export function readTensorMeta(json: Json | undefined, what: string): TensorMeta {
  if (!isObject(json)) throw new UserError(`there is no type and shape of ${what}`, { hint: AGAIN });
  const code = json.get('dtype');
  if (typeof code !== 'number' || bytesPerCode(code) === undefined) {
    throw new UserError(`${what} has the type ${JSON.stringify(code) ?? 'none'}, which PyTorch does not have`, { hint: AGAIN });
  }
  const dtype = dataTypeFromCode(code);
  if (json.get('requires_grad') === true && !/float|complex|undefined/.test(String(dtype))) {
    throw new UserError(`${what} is of ${dtype}, but is said to have a gradient, which only floats can`, { hint: AGAIN });
  }
  const shape = sizesOf(json.get('sizes'));
  if (shape === undefined || shape.some((size) => size < -1 || !Number.isSafeInteger(size))) throw new UserError(`${what} has no shape`, { hint: AGAIN });
  const strides = sizesOf(json.get('strides'));
  const [offset] = sizesOf([json.get('storage_offset') ?? null]) ?? [];
  return { code, dtype, shape, strides: strides?.length === shape.length && strides.every((stride) => stride >= 0) ? strides : undefined, offset };
}

/** Integers of a list of SymInts; -1 for one that is symbolic. */
function sizesOf(list: Json | undefined): number[] | undefined {
  if (!isList(list)) return undefined;
  const sizes = list.map((item) => {
    const [tag, value] = unionOf(item) ?? [];
    if (tag === 'as_expr') return -1;
    return tag === 'as_int' && typeof value === 'number' && value >= 0 ? value : undefined;
  });
  return sizes.every((size) => size !== undefined) ? sizes : undefined;
}

/** The same tensor with elements of another type. Only floats keep their gradient. */
export function withType(meta: JsonObject, dtype: DataType): JsonObject {
  const changed = new Map(meta).set('dtype', codeOfDataType(dtype));
  return /float/.test(dtype) ? changed : changed.set('requires_grad', false);
}

/** The TensorMeta of a dense tensor in memory of its own. */
export function denseMeta(dtype: DataType, shape: readonly number[]): JsonObject {
  const integers = (values: readonly number[]): Json => values.map((value) => new Map([['as_int', value]]));
  return new Map<string, Json>([
    ['dtype', codeOfDataType(dtype)],
    ['sizes', integers(shape)],
    ['requires_grad', false],
    ['device', new Map<string, Json>([['type', 'cpu'], ['index', null]])],
    ['strides', integers(denseStrides(shape))],
    ['storage_offset', new Map([['as_int', 0]])],
    ['layout', 7],
  ]);
}
