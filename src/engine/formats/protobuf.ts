import Long from 'long';
import protobuf from 'protobufjs/light';
import { type Piece, totalLength } from './lazyBytes';

// int64 fields must be Long whatever bundler is used: protobufjs looks for it with a require() that bundlers may drop.
protobuf.util.Long = Long;
protobuf.configure();

/** Reader over `bytes` that keeps unknown fields of every message decoded with it. */
export function readerOf(bytes: Uint8Array): protobuf.Reader {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  return reader;
}

/** A message type. */
export interface MessageType extends Pick<protobuf.Type, 'decode' | 'encode' | 'fromObject' | 'toObject'> {
  readonly reflected: protobuf.Type;
}

/** Message types of a schema by name. It is built when one of them is first used: that takes longer than reading a small model of another framework. */
export function messageTypes(build: () => protobuf.NamespaceBase): (name: string) => MessageType {
  let namespace: protobuf.NamespaceBase | undefined;
  return (name) => {
    let type: protobuf.Type | undefined;
    const found = (): protobuf.Type => (type ??= (namespace ??= build()).lookupType(name));
    return {
      get reflected() {
        return found();
      },
      decode: (bytes: protobuf.Reader | Uint8Array, length?: number) => found().decode(bytes, length),
      encode: (message, writer) => found().encode(message, writer),
      fromObject: (object) => found().fromObject(object),
      toObject: (message, options) => found().toObject(message, options),
    };
  };
}

/** int64 field as a number when that is exact, else as a bigint. */
export function exactInteger(value: Long | number): number | bigint {
  if (typeof value === 'number') return value;
  const number = value.toNumber();
  return Number.isSafeInteger(number) ? number : value.toBigInt();
}

export function toBigInt(value: Long | number): bigint {
  return typeof value === 'number' ? BigInt(value) : value.toBigInt();
}

export function toLong(value: number | bigint): Long {
  return typeof value === 'bigint' ? Long.fromBigInt(value) : Long.fromNumber(value);
}

/** A length-delimited field around `pieces`. */
export function delimited(field: number, pieces: readonly Piece[]): Piece[] {
  return [protobuf.Writer.create().uint32((field << 3) | 2).uint32(totalLength(pieces)).finish(), ...pieces];
}
