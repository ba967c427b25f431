import { encodeBfloat16 } from '../../graph/bfloat16';
import type { Attribute } from '../../graph/attribute';
import type { Piece } from '../lazyBytes';
import { roundedBytes } from '../roundedBytes';
import { decodeTensor, isDense, type StoredTensor, tensorAttribute } from './storage';

/** BF16 copies by the storage they were made from and where in it: tensors that share memory share the copy. */
const copies = new WeakMap<Piece, Map<string, Attribute>>();

/**
 * The values of an FP32 tensor attribute in BF16, rounded to nearest even, dense. Rounded when they are written, so that a
 * model's weights are not held in both types.
 */
export function roundedStorage(value: Extract<Attribute, { kind: 'tensor' }>, node: string): Attribute {
  const { storage, offset, strides } = value.value as StoredTensor;
  const known = copies.get(storage) ?? new Map<string, Attribute>();
  copies.set(storage, known);
  const key = `${offset} ${value.shape.join()} ${strides.join()}`;
  const made = known.get(key) ?? tensorAttribute('bfloat16', value.shape, rounded(value, node));
  known.set(key, made);
  return made;
}

function rounded(value: Extract<Attribute, { kind: 'tensor' }>, node: string): Piece {
  const { storage, offset, strides } = value.value as StoredTensor;
  const count = value.shape.reduce((product, size) => product * size, 1);
  if (!(storage instanceof Uint8Array) || !isDense(value.shape, strides)) {
    return new Uint8Array(encodeBfloat16(decodeTensor(value, node).data as Float32Array).buffer);
  }
  const content = storage.subarray(offset * 4, (offset + count) * 4);
  return roundedBytes(content);
}
