import type { Attribute, AttributeValue, PartialShape } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Node } from '../../graph/graph';
import { exactInteger, readerOf, toLong } from '../protobuf';
import { dataTypeFromEnum, dataTypeToEnum } from './dataTypes';
import { AttrValue, type AttrValueMessage, type ListValueMessage, type TensorMessage, type TensorShapeMessage } from './messages';

/**
 * The union's view of a serialised AttrValue (tensorflow/core/framework/attr_value.proto), with the bytes as `source`.
 * What the union cannot say (types not known, lists of tensors or functions, placeholders) is `opaque`. A list without
 * entries does not tell its kind; it becomes `ints`. A tensor's value is the bytes too.
 */
export function attributeFromBytes(bytes: Uint8Array): Attribute {
  return { ...valueOf(messageFromBytes(bytes), bytes), source: bytes };
}

/** The AttrValue of an attribute: as it was read if it still has its source, otherwise one made from its value. */
export function messageFromAttribute(attribute: Attribute): AttrValueMessage {
  return attribute.source === undefined ? messageOf(attribute) : messageFromBytes(attribute.source as Uint8Array);
}

function messageFromBytes(bytes: Uint8Array): AttrValueMessage {
  return AttrValue.decode(readerOf(bytes)) as unknown as AttrValueMessage;
}

/** Shape of a TensorShapeProto; an absent one is a scalar. */
export function shapeFromMessage(shape: TensorShapeMessage | undefined): PartialShape {
  if (shape === undefined) return [];
  return shape.unknownRank ? undefined : shape.dim.map((dim) => Number(dim.size));
}

const OPAQUE: AttributeValue = { kind: 'opaque' };

function valueOf(message: AttrValueMessage, bytes: Uint8Array): AttributeValue {
  switch (message.value) {
    case 's': return { kind: 'string', value: message.s! };
    case 'i': return { kind: 'int', value: exactInteger(message.i!) };
    case 'f': return { kind: 'float', value: message.f! };
    case 'b': return { kind: 'bool', value: message.b! };
    case 'type': return typeValue(message.type!);
    case 'shape': return { kind: 'shape', value: shapeFromMessage(message.shape) };
    case 'tensor': return tensorValue(message.tensor!, bytes);
    case 'list': return listValue(message.list!);
    case 'func': return { kind: 'function', value: message.func!.name };
    default: return OPAQUE;
  }
}

function typeValue(number: number): AttributeValue {
  const value = dataTypeFromEnum(number);
  return value === undefined ? OPAQUE : { kind: 'type', value };
}

function tensorValue(message: TensorMessage, bytes: Uint8Array): AttributeValue {
  const dtype = dataTypeFromEnum(message.dtype);
  const shape = shapeFromMessage(message.tensorShape);
  return dtype === undefined || shape === undefined ? OPAQUE : { kind: 'tensor', dtype, shape, value: bytes };
}

const LIST_FIELDS = ['s', 'i', 'f', 'b', 'type', 'shape', 'tensor', 'func'] as const;

function listValue(list: ListValueMessage): AttributeValue {
  const [field, second] = LIST_FIELDS.filter((name) => list[name].length > 0);
  if (second !== undefined) return OPAQUE;
  switch (field) {
    case undefined: return { kind: 'ints', value: [] };
    case 's': return { kind: 'strings', value: list.s };
    case 'i': return { kind: 'ints', value: list.i.map(exactInteger) };
    case 'f': return { kind: 'floats', value: list.f };
    case 'b': return { kind: 'bools', value: list.b };
    case 'type': return typesValue(list.type);
    case 'shape': return { kind: 'shapes', value: list.shape.map(shapeFromMessage) };
    default: return OPAQUE;
  }
}

function typesValue(numbers: readonly number[]): AttributeValue {
  const value = numbers.map(dataTypeFromEnum);
  return value.every((dtype): dtype is DataType => dtype !== undefined) ? { kind: 'types', value } : OPAQUE;
}

function messageOf(attribute: AttributeValue): AttrValueMessage {
  switch (attribute.kind) {
    case 'string': return { value: 's', s: attribute.value };
    case 'int': return { value: 'i', i: toLong(attribute.value) };
    case 'float': return { value: 'f', f: attribute.value };
    case 'bool': return { value: 'b', b: attribute.value };
    case 'type': return { value: 'type', type: dataTypeToEnum(attribute.value) };
    case 'shape': return { value: 'shape', shape: shapeMessage(attribute.value) };
    case 'tensor': return { value: 'tensor', tensor: attribute.value as TensorMessage };
    case 'function': return { value: 'func', func: { name: attribute.value } };
    case 'strings': return listMessage({ s: [...attribute.value] });
    case 'ints': return listMessage({ i: attribute.value.map(toLong) });
    case 'floats': return listMessage({ f: [...attribute.value] });
    case 'bools': return listMessage({ b: [...attribute.value] });
    case 'types': return listMessage({ type: attribute.value.map(dataTypeToEnum) });
    case 'shapes': return listMessage({ shape: attribute.value.map(shapeMessage) });
    case 'operands':
    case 'opaque': throw new Error('this attribute can only be written from its source');
  }
}

function listMessage(list: Partial<ListValueMessage>): AttrValueMessage {
  return { value: 'list', list: list as ListValueMessage };
}

/** TensorShapeProto of a shape; undefined is unknown rank. */
export function shapeMessage(shape: PartialShape): TensorShapeMessage {
  if (shape === undefined) return { dim: [], unknownRank: true };
  return { dim: shape.map((size) => ({ size: toLong(size), name: '' })), unknownRank: false };
}

/** Names of the functions that an attribute refers to: one, or a list, which the union does not tell. */
export function functionNames(attribute: Attribute | undefined): readonly string[] {
  if (attribute?.kind === 'function') return [attribute.value];
  if (attribute?.kind !== 'opaque') return [];
  return messageFromBytes(attribute.source as Uint8Array).list?.func.map(({ name }) => name) ?? [];
}

/** Whether a boolean attribute that is false by default is true. */
export function isSet(node: Node, name: string): boolean {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'bool' && attribute.value;
}

/** A string attribute, or `absent`. */
export function textOf(node: Node, name: string, absent: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? new TextDecoder().decode(attribute.value) : absent;
}

/** A list of integers; empty where there is none. */
export function integersOf(node: Node, name: string): readonly number[] {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value.map(Number) : [];
}
