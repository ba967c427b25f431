import type Long from 'long';
import protobuf from 'protobufjs/light';
import type { LazyBytes } from '../lazyBytes';
import { messageTypes } from '../protobuf';
import schema from './schema.json';

/** A message type of the package `tensorflow`. */
export const type = messageTypes(() => protobuf.Root.fromJSON(schema).lookup('tensorflow') as protobuf.Namespace);

/**
 * Reflected message types of tensorflow/core/framework/*.proto; schema.json is made by
 * scripts/generate-tensorflow-schema.py.
 */
export const GraphDef = type('GraphDef');
export const NodeDef = type('NodeDef');
export const AttrValue = type('AttrValue');
export const TensorProto = type('TensorProto');

const frame = messageTypes(() => protobuf.Root.fromJSON({
  nested: {
    NodeFrame: {
      edition: 'proto3',
      fields: {
        name: { type: 'string', id: 1 },
        op: { type: 'string', id: 2 },
        input: { rule: 'repeated', type: 'string', id: 3 },
        device: { type: 'string', id: 4 },
        attr: { rule: 'repeated', type: 'bytes', id: 5 },
      },
    },
    AttrEntry: { edition: 'proto3', fields: { key: { type: 'string', id: 1 }, value: { type: 'bytes', id: 2 } } },
  },
}));

/** NodeDef with the entries of its map `attr` left in bytes, and such an entry with its AttrValue left in bytes. */
export const NodeFrame = frame('NodeFrame');
export const AttrEntry = frame('AttrEntry');

export interface NodeFrameMessage {
  name: string;
  op: string;
  input: string[];
  device: string;
  attr: Uint8Array[];
}

/** Decoded messages; a field that was absent reads as its proto3 default. int64 fields are Long. */
export interface NodeDefMessage {
  name: string;
  op: string;
  input: string[];
  device: string;
  attr: Record<string, AttrValueMessage>;
}

/** `value` names the field of the oneof that is set. */
export interface AttrValueMessage {
  value?: 's' | 'i' | 'f' | 'b' | 'type' | 'shape' | 'tensor' | 'list' | 'func' | 'placeholder';
  s?: Uint8Array;
  i?: Long | number;
  f?: number;
  b?: boolean;
  type?: number;
  shape?: TensorShapeMessage;
  tensor?: TensorMessage;
  list?: ListValueMessage;
  func?: { name: string };
}

export interface ListValueMessage {
  s: Uint8Array[];
  i: (Long | number)[];
  f: number[];
  b: boolean[];
  type: number[];
  shape: TensorShapeMessage[];
  tensor: TensorMessage[];
  func: { name: string }[];
}

export interface TensorShapeMessage {
  dim: { size: Long | number; name: string }[];
  unknownRank: boolean;
}

export interface TensorMessage {
  dtype: number;
  tensorShape?: TensorShapeMessage;
  tensorContent: Uint8Array | LazyBytes;
  halfVal: number[];
  floatVal: number[];
  doubleVal: number[];
  intVal: number[];
  stringVal: Uint8Array[];
  scomplexVal: number[];
  int64Val: (Long | number)[];
  boolVal: boolean[];
  dcomplexVal: number[];
  uint32Val: number[];
  uint64Val: (Long | number)[];
  float8Val: Uint8Array;
}
