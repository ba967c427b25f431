import type Long from 'long';
import protobuf from 'protobufjs/light';
import { messageTypes } from '../protobuf';
import schema from './schema.json';

/** Reflected message types of onnx.proto; schema.json is made by scripts/generate-onnx-schema.py. */
const type = messageTypes(() => protobuf.Root.fromJSON(schema).lookup('onnx') as protobuf.Namespace);
export const TensorProto = type('TensorProto');
export const ValueInfoProto = type('ValueInfoProto');
export const OperatorSetIdProto = type('OperatorSetIdProto');
export const GraphProto = type('GraphProto');
export const FunctionProto = type('FunctionProto');
export const ModelProto = type('ModelProto');
export const SparseTensorProto = type('SparseTensorProto');

const frame = messageTypes(() => protobuf.Root.fromJSON({
  nested: {
    NodeFrame: {
      edition: 'proto2',
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'bytes', id: 5 },
        domain: { type: 'string', id: 7 },
        overload: { type: 'string', id: 8 },
      },
    },
    FunctionFrame: {
      edition: 'proto2',
      fields: {
        name: { type: 'string', id: 1 },
        input: { rule: 'repeated', type: 'string', id: 4 },
        output: { rule: 'repeated', type: 'string', id: 5 },
        node: { rule: 'repeated', type: 'bytes', id: 7 },
        opsetImport: { rule: 'repeated', type: 'bytes', id: 9 },
        domain: { type: 'string', id: 10 },
        attributeProto: { rule: 'repeated', type: 'bytes', id: 11 },
        overload: { type: 'string', id: 13 },
      },
    },
    AttributeFrame: {
      edition: 'proto2',
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        t: { type: 'bytes', id: 5 },
        g: { type: 'bytes', id: 6 },
        floats: { rule: 'repeated', type: 'float', id: 7, options: { packed: false } },
        ints: { rule: 'repeated', type: 'int64', id: 8, options: { packed: false } },
        strings: { rule: 'repeated', type: 'bytes', id: 9 },
        graphs: { rule: 'repeated', type: 'bytes', id: 11 },
        type: { type: 'int32', id: 20 },
        refAttrName: { type: 'string', id: 21 },
      },
    },
  },
}));

/** NodeProto and FunctionProto with what is in them left in bytes, and AttributeProto with tensors and graphs left in bytes. */
export const NodeFrame = frame('NodeFrame');
export const FunctionFrame = frame('FunctionFrame');
export const AttributeFrame = frame('AttributeFrame');

export interface NodeFrameMessage {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: Uint8Array[];
  domain: string;
  overload: string;
}

export interface FunctionFrameMessage {
  name: string;
  input: string[];
  output: string[];
  node: Uint8Array[];
  opsetImport: Uint8Array[];
  domain: string;
  attributeProto: Uint8Array[];
  overload: string;
}

/** `type` is AttributeProto.AttributeType; 0 in files older than that field. */
export interface AttributeFrameMessage {
  name: string;
  f: number;
  i: Long | number;
  s: Uint8Array;
  t: Uint8Array;
  g: Uint8Array;
  floats: number[];
  ints: (Long | number)[];
  strings: Uint8Array[];
  graphs: Uint8Array[];
  type: number;
  refAttrName: string;
}

/** AttributeProto.AttributeType. */
export const ATTRIBUTE = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8, graphs: 10 } as const;

export interface TensorMessage {
  dims: (Long | number)[];
  dataType: number;
  floatData: number[];
  int32Data: number[];
  stringData: Uint8Array[];
  int64Data: (Long | number)[];
  name: string;
  rawData: Uint8Array;
  externalData: { key: string; value: string }[];
  dataLocation: number;
  doubleData: number[];
  uint64Data: (Long | number)[];
}

export interface ValueInfoMessage {
  name: string;
  type?: {
    tensorType?: { elemType: number; shape?: { dim: { dimValue?: Long | number; dimParam?: string }[] } };
    sequenceType?: unknown;
    optionalType?: unknown;
  };
}

export interface GraphMessage {
  node: NodeMessage[];
  initializer: TensorMessage[];
  input: ValueInfoMessage[];
  output: ValueInfoMessage[];
}

export interface NodeMessage {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain: string;
  attribute: { name: string; g?: GraphMessage; graphs: GraphMessage[]; refAttrName: string }[];
}
