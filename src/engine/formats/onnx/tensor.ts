import protobuf from 'protobufjs/light';
import { UserError } from '../../errors';
import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import { elementCount, type Tensor, type TensorData } from '../../graph/tensor';
import { delimited, readerOf, toBigInt } from '../protobuf';
import { joined, type LazyBytes, type Piece } from '../lazyBytes';
import { dataTypeToEnum } from './dataTypes';
import { TensorProto, type TensorMessage } from './messages';
import { EXTERNAL, type ExternalLocation, otherTensorFields, shapeFields, TENSOR_FIELD, type TensorHeader, type TensorValue } from './tensorProto';

type TensorAttribute = Extract<Attribute, { kind: 'tensor' }>;
type NumericArray = Exclude<TensorData, readonly Uint8Array[]>;

interface Layout {
  readonly array: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => NumericArray;
  readonly bytes: number;
  /** Numbers per element. */
  readonly parts: number;
  /** Elements in the field that the type has for them (onnx.proto, TensorProto). */
  readonly values: (message: TensorMessage) => ArrayLike<number | bigint>;
}

const layout = (
  array: { new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericArray; readonly BYTES_PER_ELEMENT: number },
  values: Layout['values'], parts = 1,
): Layout => ({ array, bytes: array.BYTES_PER_ELEMENT, parts, values });
const int32 = (message: TensorMessage): ArrayLike<number> => message.int32Data;

const LAYOUTS: Partial<Record<DataType, Layout>> = {
  float32: layout(Float32Array, (message) => message.floatData),
  complex64: layout(Float32Array, (message) => message.floatData, 2),
  float64: layout(Float64Array, (message) => message.doubleData),
  complex128: layout(Float64Array, (message) => message.doubleData, 2),
  float16: layout(Uint16Array, int32), bfloat16: layout(Uint16Array, int32),
  int8: layout(Int8Array, int32), int16: layout(Int16Array, int32), int32: layout(Int32Array, int32),
  uint8: layout(Uint8Array, int32), uint16: layout(Uint16Array, int32), bool: layout(Uint8Array, int32),
  float8_e4m3fn: layout(Uint8Array, int32), float8_e4m3fnuz: layout(Uint8Array, int32),
  float8_e5m2: layout(Uint8Array, int32), float8_e5m2fnuz: layout(Uint8Array, int32),
  uint32: layout(Uint32Array, (message) => message.uint64Data.map(Number)),
  int64: layout(BigInt64Array, (message) => message.int64Data.map(toBigInt)),
  uint64: layout(BigUint64Array, (message) => message.uint64Data.map((value) => BigInt.asUintN(64, toBigInt(value)))),
};

/** The attribute of a tensor as read; `opaque` where its type is not known. */
export function tensorAttribute({ dtype, shape, value }: TensorHeader): Attribute {
  return dtype === undefined ? { kind: 'opaque', source: value.message } : { kind: 'tensor', dtype, shape, value };
}

/** Why the elements do not match type and shape, or undefined when they do; looks at the sizes of raw data only. */
export function tensorSizeProblem({ dtype, shape, value }: TensorHeader): string | undefined {
  const count = elementCount(shape);
  if (shape.some((size) => size < 0) || !Number.isSafeInteger(count)) return `the shape [${shape.join(', ')}] of the constant is not a size`;
  const known = dtype === undefined ? undefined : LAYOUTS[dtype];
  if (known === undefined || value.raw === undefined) return undefined;
  const expected = count * known.bytes * known.parts;
  if (value.raw.length === expected) return undefined;
  return `the constant holds ${value.raw.length} bytes, but ${dtype}[${shape.join(', ')}] needs ${expected}`;
}

/**
 * Values of a tensor attribute. Data may be a view of the file. Throws UserError naming `node` for types whose elements
 * are smaller than a byte, and for a number of elements that does not match the shape.
 */
export function decodeTensor(attribute: Attribute | undefined, node?: string): Tensor {
  if (attribute?.kind !== 'tensor') throw new UserError('the constant has no tensor of a known type', { node });
  const { dtype, shape } = attribute;
  const { raw, message } = attribute.value as TensorValue;
  const count = elementCount(shape);
  if (dtype === 'string') return { dtype, shape, data: checked(decode(message!).stringData, count, node) };
  const known = LAYOUTS[dtype];
  if (known === undefined) throw new UserError(`a ${dtype} constant has no values that can be read`, { node });
  const length = count * known.parts;
  if (raw === undefined) return { dtype, shape, data: numbersOf(checked(known.values(decode(message!)), length, node), known) };
  const bytes = raw instanceof Uint8Array ? raw : joined([raw]);
  if (bytes.length !== length * known.bytes) throw new UserError(`the constant holds ${bytes.length} bytes, its shape needs ${length * known.bytes}`, { node });
  const isAligned = bytes.byteOffset % known.bytes === 0;
  const own = isAligned ? bytes : bytes.slice();
  return { dtype, shape, data: new known.array(own.buffer, own.byteOffset, length) };
}

function decode(message: Uint8Array): TensorMessage {
  return TensorProto.decode(readerOf(message)) as unknown as TensorMessage;
}

function checked<T extends ArrayLike<unknown>>(values: T, count: number, node: string | undefined): T {
  if (values.length !== count) throw new UserError(`the constant holds ${values.length} elements, its shape needs ${count}`, { node, hint: 'Export the model again' });
  return values;
}

function numbersOf(values: ArrayLike<number | bigint>, { array: ArrayType, bytes }: Layout): NumericArray {
  const data = new ArrayType(new ArrayBuffer(values.length * bytes), 0, values.length);
  for (let i = 0; i < values.length; i++) data[i] = values[i]!;
  return data;
}

/** A tensor attribute with these values, not copied; `data` must not change afterwards. Strings cannot be encoded. */
export function encodeTensor({ dtype, shape, data }: Tensor): TensorAttribute {
  if (!ArrayBuffer.isView(data)) throw new Error('string tensors are only written as they were read');
  return rawTensor(dtype, shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** A tensor attribute with these little-endian elements. */
export function rawTensor(dtype: DataType, shape: readonly number[], raw: Uint8Array | LazyBytes): TensorAttribute {
  return { kind: 'tensor', dtype, shape, value: { raw } satisfies TensorValue };
}

/** The fields of the TensorProto of an attribute under a name, with its elements inside the message. */
export function tensorPieces({ dtype, shape, value }: TensorAttribute, name: string): Piece[] {
  const { message, raw, external } = value as TensorValue;
  const fields = unchangedFields(message);
  const named = nameField(name);
  if (raw !== undefined) return [shapeFields(dataTypeToEnum(dtype), shape), named, ...delimited(TENSOR_FIELD.rawData, [raw]), ...fields];
  if (external !== undefined) throw new Error(`the elements of ${name} were not read`);
  return [renamed(message!, named)];
}

/** The fields of the TensorProto of an attribute under a name, with its elements in a file beside the model. */
export function externalTensorPieces({ dtype, shape, value }: TensorAttribute, name: string, { location, offset, length }: Required<ExternalLocation>): Piece[] {
  const writer = protobuf.Writer.create();
  for (const [key, text] of Object.entries({ location, offset: String(offset), length: String(length) })) {
    writer.uint32((TENSOR_FIELD.externalData << 3) | 2).fork().uint32((1 << 3) | 2).string(key).uint32((2 << 3) | 2).string(text).ldelim();
  }
  writer.uint32(TENSOR_FIELD.dataLocation << 3).int32(EXTERNAL);
  return [shapeFields(dataTypeToEnum(dtype), shape), nameField(name), writer.finish(), ...unchangedFields((value as TensorValue).message)];
}

function nameField(name: string): Uint8Array {
  return protobuf.Writer.create().uint32((TENSOR_FIELD.name << 3) | 2).string(name).finish();
}

function unchangedFields(message: Uint8Array | undefined): Uint8Array[] {
  return message === undefined ? [] : otherTensorFields(message).filter((field) => field[0] !== ((TENSOR_FIELD.name << 3) | 2));
}

/** A message with typed element fields under another name. */
function renamed(message: Uint8Array, named: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  const reader = readerOf(message);
  for (let start = 0; reader.pos < reader.len; start = reader.pos) {
    const tag = reader.tag();
    reader.skipType(tag & 7, 0, tag >>> 3);
    if (tag >>> 3 !== TENSOR_FIELD.name) kept.push(message.subarray(start, reader.pos));
  }
  return joined([...kept, named]);
}
