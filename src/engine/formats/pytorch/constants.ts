import { isObject, type JsonObject, textAt } from '../../data/losslessJson';
import { UserError } from '../../errors';
import type { Attribute } from '../../graph/attribute';
import { elementCount } from '../../graph/tensor';
import { bytesPerCode } from './dataTypes';
import { AGAIN, type ProgramFile } from './program';
import type { TableName, TensorOrigin } from './source';
import { elementsReached, type StoredTensor } from './storage';
import { readTensorMeta } from './tensorMeta';

/** Bytes a tensor may have that repeats the elements of a smaller storage, as expanded masks do. */
const MOST_REPEATED = 64 * 2 ** 20;

const FOLDERS: Readonly<Record<TableName, string>> = { weights: 'data/weights', constants: 'data/constants' };

/** Record of an entry of the weights or constants. */
export function recordName(table: TableName, path: string): string {
  return `${FOLDERS[table]}/${path}`;
}

/** A tensor among the weights and constants, and its values, which stay bytes of the file. */
export interface NamedTensor {
  readonly origin: TensorOrigin;
  /** A tensor, or opaque for one of a type without a name here or that only Python could unpickle. */
  readonly value: Attribute;
}

/**
 * The tensor of a name in the weights or constants. Throws UserError where the record is missing or shorter than the
 * tensor, or is no whole number of elements; undefined where there is no such name.
 */
export function findTensor({ archive, tables }: ProgramFile, table: TableName, name: string): NamedTensor | undefined {
  const config = tables[table].get('config');
  const entry = isObject(config) ? config.get(name) : undefined;
  if (!isObject(entry)) return undefined;
  const origin: TensorOrigin = { name, table, entry };
  const record = recordName(table, textAt(entry, 'path_name'));
  const bytes = archive.records.get(record);
  if (bytes === undefined) throw new UserError(`the record "${record}" with the values of "${name}" is missing`, { hint: AGAIN });
  if (entry.get('use_pickle') === true) return { origin, value: { kind: 'opaque' } };
  const what = `the tensor "${name}"`;
  const { code, dtype, shape, strides, offset } = readTensorMeta(entry.get('tensor_meta'), what);
  const size = bytesPerCode(code)!;
  if (shape.includes(-1) || strides === undefined || offset === undefined || offset < 0) {
    throw new UserError(`${what} has no sizes and strides that are numbers`, { hint: AGAIN });
  }
  if (bytes.length % size !== 0) throw new UserError(`${what} has ${bytes.length} bytes, no multiple of the ${size} of one element`, { hint: AGAIN });
  const needed = elementsReached(shape, { offset, strides }) * size;
  if (needed > bytes.length) {
    throw new UserError(`${what} has ${bytes.length} bytes, but ${dtype ?? `type ${code}`}[${shape.join(', ')}] needs ${needed}`, { hint: AGAIN });
  }
  const unfolded = elementCount(shape) * size;
  if (unfolded > Math.max(bytes.length, MOST_REPEATED)) {
    throw new UserError(`${what} repeats ${bytes.length} bytes to ${unfolded}, more than this tool unfolds`, { hint: 'Expand it in the model instead of in its weights' });
  }
  const stored: StoredTensor = { storage: bytes, offset, strides };
  return { origin, value: dtype === undefined ? { kind: 'opaque' } : { kind: 'tensor', dtype, shape, value: stored } };
}

/** Parts of a signature's entry: what it is, and its content. */
export type Spec = readonly [kind: string, content: JsonObject];

/** Which entry of which table a parameter, buffer or tensor constant is; undefined for other inputs. */
export function tensorOf([kind, content]: Spec): { readonly table: TableName; readonly name: string } | undefined {
  switch (kind) {
    case 'parameter': return { table: 'weights', name: textAt(content, 'parameter_name') };
    case 'buffer': return { table: content.get('persistent') === false ? 'constants' : 'weights', name: textAt(content, 'buffer_name') };
    case 'tensor_constant': return { table: 'constants', name: textAt(content, 'tensor_constant_name') };
    default: return undefined;
  }
}
