import { Writer } from 'protobufjs/minimal';
import { UserError } from '../errors';
import type { DataType } from '../graph/dataType';
import type { Tensor } from '../graph/tensor';

/** One ONNX node. Attribute kinds follow from the JavaScript type; whole numbers are ints, so floats are wrapped. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export type OnnxAttribute = number | string | readonly number[] | readonly string[] | { readonly float: number };

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly { readonly name: string; readonly dtype: DataType }[];
  readonly initializers: readonly { readonly name: string; readonly tensor: Tensor }[];
  readonly outputs: readonly string[];
}

/** TensorProto.DataType of onnx.proto. */
const ELEMENT_TYPE: Partial<Record<DataType, number>> = {
  float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11, uint32: 12, uint64: 13, bfloat16: 16,
};

/** AttributeProto.AttributeType of onnx.proto. */
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;
const ATTRIBUTE_STRINGS = 8;

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;
const IR_VERSION = 8;
const OPSET = 17;

/**
 * Serialises a graph as an ONNX ModelProto (field numbers of onnx.proto, IR version 8, opset 17). Shapes of inputs are
 * left open. Throws UserError for element types ONNX kernels do not take.
 */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const writer = Writer.create();
  writer.uint32(tag(1, VARINT)).int64(IR_VERSION);
  writer.uint32(tag(8, BYTES)).fork().uint32(tag(2, VARINT)).int64(OPSET).ldelim();
  writer.uint32(tag(7, BYTES)).fork();
  for (const node of graph.nodes) writeNode(writer, node);
  writer.uint32(tag(2, BYTES)).string('kernel');
  for (const { name, tensor } of graph.initializers) writeInitializer(writer, name, tensor);
  for (const { name, dtype } of graph.inputs) {
    writer.uint32(tag(11, BYTES)).fork().uint32(tag(1, BYTES)).string(name);
    writer.uint32(tag(2, BYTES)).fork().uint32(tag(1, BYTES)).fork().uint32(tag(1, VARINT)).int32(elementType(dtype)).ldelim().ldelim();
    writer.ldelim();
  }
  for (const name of graph.outputs) writer.uint32(tag(12, BYTES)).fork().uint32(tag(1, BYTES)).string(name).ldelim();
  return writer.ldelim().finish();
}

function writeNode(writer: Writer, node: OnnxNode): void {
  writer.uint32(tag(1, BYTES)).fork();
  for (const input of node.inputs) writer.uint32(tag(1, BYTES)).string(input);
  for (const output of node.outputs) writer.uint32(tag(2, BYTES)).string(output);
  writer.uint32(tag(4, BYTES)).string(node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) writeAttribute(writer, name, value);
  writer.ldelim();
}

function writeAttribute(writer: Writer, name: string, value: OnnxAttribute): void {
  writer.uint32(tag(5, BYTES)).fork().uint32(tag(1, BYTES)).string(name);
  if (typeof value === 'number') writer.uint32(tag(3, VARINT)).int64(value).uint32(tag(20, VARINT)).int32(ATTRIBUTE_INT);
  else if (typeof value === 'string') writer.uint32(tag(4, BYTES)).string(value).uint32(tag(20, VARINT)).int32(ATTRIBUTE_STRING);
  else if ('float' in value) writer.uint32(tag(2, FIXED32)).float(value.float).uint32(tag(20, VARINT)).int32(ATTRIBUTE_FLOAT);
  else {
    for (const item of value) {
      if (typeof item === 'string') writer.uint32(tag(9, BYTES)).string(item);
      else writer.uint32(tag(8, VARINT)).int64(item);
    }
    writer.uint32(tag(20, VARINT)).int32(typeof value[0] === 'string' ? ATTRIBUTE_STRINGS : ATTRIBUTE_INTS);
  }
  writer.ldelim();
}

function writeInitializer(writer: Writer, name: string, tensor: Tensor): void {
  const data = tensor.data as Float32Array;
  writer.uint32(tag(5, BYTES)).fork();
  for (const size of tensor.shape) writer.uint32(tag(1, VARINT)).int64(size);
  writer.uint32(tag(2, VARINT)).int32(elementType(tensor.dtype));
  writer.uint32(tag(8, BYTES)).string(name);
  writer.uint32(tag(9, BYTES)).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  writer.ldelim();
}

function elementType(dtype: DataType): number {
  const type = ELEMENT_TYPE[dtype];
  if (type === undefined) throw new UserError(`Kernels do not compute on ${dtype} tensors`);
  return type;
}

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}
