import protobuf from 'protobufjs/light';
import type { DataType } from '../../graph/dataType';
import type { LazyBytes } from '../lazyBytes';
import { readerOf } from '../protobuf';
import { dataTypeFromEnum } from './dataTypes';

/** Field numbers of TensorProto that are read by hand, so that large ones stay views of the file. */
export const TENSOR_FIELD = { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;
/** TensorProto.DataLocation. */
export const EXTERNAL = 1;

/** Where a tensor's bytes are in a file beside the model. */
export interface ExternalLocation {
  readonly location: string;
  readonly offset: number;
  /** Undefined: to the end of the file. */
  readonly length: number | undefined;
}

/** `value` of tensor attributes of this format. */
export interface TensorValue {
  /** The TensorProto as it was read; absent for new tensors. */
  readonly message?: Uint8Array;
  /** The elements in little-endian order, where they are not in typed fields of the message. */
  readonly raw?: Uint8Array | LazyBytes;
  readonly external?: ExternalLocation;
}

/** What a TensorProto says of itself. */
export interface TensorHeader {
  readonly name: string;
  readonly dtype: DataType | undefined;
  readonly shape: readonly number[];
  readonly value: TensorValue;
}

/** The header of a serialised TensorProto, its raw data a view of `bytes`. Throws Error for bytes that are no message. */
export function tensorHeader(bytes: Uint8Array): TensorHeader {
  const reader = readerOf(bytes);
  const shape: number[] = [];
  const entries = new Map<string, string>();
  let [type, name, location] = [0, '', 0];
  let raw: Uint8Array | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case (TENSOR_FIELD.dims << 3) | 0: shape.push(Number(reader.int64())); break;
      case (TENSOR_FIELD.dims << 3) | 2: {
        for (const end = reader.uint32() + reader.pos; reader.pos < end;) shape.push(Number(reader.int64()));
        break;
      }
      case TENSOR_FIELD.dataType << 3: type = reader.int32(); break;
      case (TENSOR_FIELD.name << 3) | 2: name = reader.string(); break;
      case (TENSOR_FIELD.rawData << 3) | 2: raw = reader.bytes(); break;
      case (TENSOR_FIELD.externalData << 3) | 2: readEntry(reader.bytes(), entries); break;
      case TENSOR_FIELD.dataLocation << 3: location = reader.int32(); break;
      default: reader.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  const external = location === EXTERNAL ? externalLocation(entries) : undefined;
  return { name, dtype: dataTypeFromEnum(type), shape, value: { message: bytes, raw, external } };
}

/** A StringStringEntryProto: key 1, value 2. */
function readEntry(bytes: Uint8Array, entries: Map<string, string>): void {
  const reader = readerOf(bytes);
  let [key, value] = ['', ''];
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) key = reader.string();
    else if (tag >>> 3 === 2) value = reader.string();
    else reader.skipType(tag & 7, 0, tag >>> 3);
  }
  entries.set(key, value);
}

function externalLocation(entries: ReadonlyMap<string, string>): ExternalLocation {
  const length = entries.get('length');
  return { location: entries.get('location') ?? '', offset: Number(entries.get('offset') ?? 0), length: length === undefined ? undefined : Number(length) };
}

/** The fields of a TensorProto that do not say what or where its elements are: names, doc strings, what is not known. */
export function otherTensorFields(message: Uint8Array): Uint8Array[] {
  const dropped = new Set([1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 14]);
  const kept: Uint8Array[] = [];
  const reader = readerOf(message);
  for (let start = 0; reader.pos < reader.len; start = reader.pos) {
    const tag = reader.tag();
    reader.skipType(tag & 7, 0, tag >>> 3);
    if (!dropped.has(tag >>> 3)) kept.push(message.subarray(start, reader.pos));
  }
  return kept;
}

/** `dims` and `data_type` of a TensorProto. */
export function shapeFields(dtypeNumber: number, shape: readonly number[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const size of shape) writer.uint32(TENSOR_FIELD.dims << 3).int64(size);
  return writer.uint32(TENSOR_FIELD.dataType << 3).int32(dtypeNumber).finish();
}
