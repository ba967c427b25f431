import type { PartialShape } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import { readerOf } from '../protobuf';
import { dataTypeToEnum } from './dataTypes';
import { statedType } from './inferTypes';
import { ValueInfoProto, type ValueInfoMessage } from './messages';

/** What the file states of a value. */
export interface StatedValue {
  readonly name: string;
  /** Undefined for what is no tensor. */
  readonly dtype: DataType | undefined;
  /** Dimensions with a name or none are -1. */
  readonly shape: PartialShape;
  /** The ValueInfoProto. */
  readonly message: Uint8Array;
}

export function statedValue(message: Uint8Array): StatedValue {
  const info = ValueInfoProto.decode(readerOf(message)) as unknown as ValueInfoMessage;
  const dims = info.type?.tensorType?.shape?.dim;
  // A size of 0 is written like one that is not stated, but with its field.
  const shape = dims?.map((dim) => (Object.hasOwn(dim, 'dimValue') ? Number(dim.dimValue) : -1));
  return { name: info.name, dtype: statedType(info), shape, message };
}

/** A ValueInfoProto; of an unknown rank the shape is left out. */
export function encodeValueInfo(name: string, dtype: DataType, shape: PartialShape): Uint8Array {
  const dim = shape?.map((size) => (size < 0 ? {} : { dimValue: size }));
  return ValueInfoProto.encode({ name, type: { tensorType: { elemType: dataTypeToEnum(dtype), ...(dim === undefined ? {} : { shape: { dim } }) } } }).finish();
}
