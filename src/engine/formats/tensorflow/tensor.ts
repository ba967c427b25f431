import { UserError } from '../../errors';
import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import { elementCount, type Tensor } from '../../graph/tensor';
import { messageFromAttribute, shapeMessage } from './attributes';
import { dataTypeToEnum } from './dataTypes';
import { joined } from '../lazyBytes';
import { readerOf } from '../protobuf';
import type { TensorMessage } from './messages';
import { LAYOUTS, type NumericArray, type NumericLayout } from './tensorLayouts';

/**
 * Values of a TensorProto as Tensor::FromProto of tensorflow/core/framework/tensor.cc reads them: tensor_content if there
 * is any; otherwise the type's own *_val field, whose last value fills the rest of the tensor, zeros if it is empty. Data
 * may be a view of the file. Throws UserError naming `node` for an attribute that is no tensor, when the bytes do not
 * match the shape, and for a resource or variant.
 */
export function decodeTensor(attribute: Attribute | undefined, node?: string): Tensor {
  if (attribute?.kind !== 'tensor') throw new UserError('the constant has no tensor of a known type and shape', { node });
  const { dtype, shape } = attribute;
  const message = tensorMessage(attribute);
  const layout = LAYOUTS[dtype];
  if (layout === undefined) throw new UserError(`a ${dtype} constant has no values that can be read`, { node });
  const problem = tensorSizeProblem(dtype, shape, message);
  if (problem !== undefined) throw new UserError(problem, { node });
  const count = elementCount(shape);
  const data = layout === 'string' ? decodeStrings(message, count, node) : decodeNumbers(message, layout, count);
  return { dtype, shape, data };
}

/** The TensorProto of a tensor attribute. */
export function tensorMessage(attribute: Extract<Attribute, { kind: 'tensor' }>): TensorMessage {
  return messageFromAttribute(attribute).tensor!;
}

/**
 * A TensorProto attribute of the tensor: numbers as tensor_content (the same bytes, not copied), strings as string_val.
 * `data` must not change afterwards.
 */
export function encodeTensor(tensor: Tensor): Attribute {
  const { dtype, shape, data } = tensor;
  if (!ArrayBuffer.isView(data)) return tensorAttribute(dtype, shape, { stringVal: [...data] });
  return tensorAttribute(dtype, shape, { tensorContent: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
}

/** A TensorProto attribute with these values. */
export function tensorAttribute(dtype: DataType, shape: readonly number[], values: Partial<TensorMessage>): Attribute {
  const message: Partial<TensorMessage> = { dtype: dataTypeToEnum(dtype), tensorShape: shapeMessage(shape), ...values };
  return { kind: 'tensor', dtype, shape, value: message };
}

/** Why a TensorProto's bytes do not match its type and shape, or undefined when they do; looks at sizes only. */
export function tensorSizeProblem(dtype: DataType, shape: readonly number[], message: TensorMessage): string | undefined {
  const count = elementCount(shape);
  if (shape.some((size) => size < 0) || !Number.isSafeInteger(count)) return `the shape [${shape.join(', ')}] of the constant is not a size`;
  const layout = LAYOUTS[dtype];
  if (layout === undefined || layout === 'string') return undefined;
  const content = message.tensorContent?.length ?? 0;
  const expected = count * layout.array.BYTES_PER_ELEMENT * layout.parts;
  if (content === 0 || content === expected) return undefined;
  return `the constant holds ${content} bytes, but ${dtype}[${shape.join(', ')}] needs ${expected}`;
}

function decodeNumbers(message: TensorMessage, layout: NumericLayout, count: number): NumericArray {
  const { array: ArrayType, parts } = layout;
  const length = count * parts;
  if (message.tensorContent !== undefined && message.tensorContent.length > 0) {
    const content = contentOf(message);
    const isAligned = content.byteOffset % ArrayType.BYTES_PER_ELEMENT === 0;
    const bytes = isAligned ? content : content.slice();
    return new ArrayType(bytes.buffer, bytes.byteOffset, length);
  }
  const data = new ArrayType(length);
  const values = layout.values(message);
  const given = Math.min(values.length, length);
  for (let i = 0; i < given; i++) data[i] = values[i]!;
  for (let i = given; given >= parts && i < length; i++) data[i] = data[i - parts]!;
  return data;
}

function contentOf({ tensorContent }: TensorMessage): Uint8Array {
  return tensorContent instanceof Uint8Array ? tensorContent : joined([tensorContent]);
}

function decodeStrings(message: TensorMessage, count: number, node: string | undefined): readonly Uint8Array[] {
  if (message.tensorContent !== undefined && message.tensorContent.length > 0) return decodeStringList(contentOf(message), count, node);
  const values = message.stringVal ?? [];
  const last = values.at(-1) ?? new Uint8Array(0);
  return Array.from({ length: count }, (_, i) => values[i] ?? last);
}

/** Strings in tensor_content: every length as a varint, then the bytes (DecodeStringList of tensorflow/core/platform). */
function decodeStringList(content: Uint8Array, count: number, node: string | undefined): readonly Uint8Array[] {
  try {
    const reader = readerOf(content);
    const lengths = Array.from({ length: count }, () => reader.uint32());
    return lengths.map((length) => {
      const start = reader.pos;
      reader.skip(length);
      return content.subarray(start, reader.pos);
    });
  } catch {
    throw new UserError(`the constant's ${content.length} bytes do not hold ${count} strings`, { node });
  }
}
