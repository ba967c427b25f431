import type { Attribute, AttributeValue } from '../../graph/attribute';
import { type Piece } from '../lazyBytes';
import { delimited, exactInteger, readerOf, toLong } from '../protobuf';
import { ATTRIBUTE, AttributeFrame, type AttributeFrameMessage } from './messages';
import { tensorAttribute, tensorPieces } from './tensor';
import { tensorHeader } from './tensorProto';

const TENSOR_FIELD = 5;

/**
 * Name and value of a serialised AttributeProto, with the bytes as `source`. Graphs, and what else the union cannot say,
 * are `opaque`. A tensor's bytes stay a view.
 */
export function attributeFromBytes(bytes: Uint8Array): readonly [string, Attribute] {
  const frame = AttributeFrame.decode(readerOf(bytes)) as unknown as AttributeFrameMessage;
  return [frame.name, { ...valueOf(frame), source: bytes }];
}

const OPAQUE: AttributeValue = { kind: 'opaque' };

function valueOf(frame: AttributeFrameMessage): AttributeValue {
  if (frame.refAttrName !== '') return OPAQUE;
  switch (frame.type === 0 ? guessedType(frame) : frame.type) {
    case ATTRIBUTE.float: return { kind: 'float', value: frame.f };
    case ATTRIBUTE.int: return { kind: 'int', value: exactInteger(frame.i) };
    case ATTRIBUTE.string: return { kind: 'string', value: frame.s };
    case ATTRIBUTE.tensor: return tensorAttribute(tensorHeader(frame.t));
    case ATTRIBUTE.floats: return { kind: 'floats', value: frame.floats };
    case ATTRIBUTE.ints: return { kind: 'ints', value: frame.ints.map(exactInteger) };
    case ATTRIBUTE.strings: return { kind: 'strings', value: frame.strings };
    default: return OPAQUE;
  }
}

/** The one field that is set, for files older than the field `type`. */
function guessedType(frame: AttributeFrameMessage): number {
  const own = (name: keyof AttributeFrameMessage): boolean => Object.hasOwn(frame, name);
  if (own('f')) return ATTRIBUTE.float;
  if (own('i')) return ATTRIBUTE.int;
  if (own('s')) return ATTRIBUTE.string;
  if (own('t')) return ATTRIBUTE.tensor;
  if (frame.floats.length > 0) return ATTRIBUTE.floats;
  if (frame.ints.length > 0) return ATTRIBUTE.ints;
  return frame.strings.length > 0 ? ATTRIBUTE.strings : 0;
}

/** The AttributeProto of an attribute: as it was read, or made from its value. */
export function attributePieces(name: string, attribute: Attribute): Piece[] {
  if (attribute.source !== undefined) return [attribute.source as Uint8Array];
  if (attribute.kind === 'tensor') {
    return [AttributeFrame.encode({ name, type: ATTRIBUTE.tensor }).finish(), ...delimited(TENSOR_FIELD, tensorPieces(attribute, ''))];
  }
  return [AttributeFrame.encode(frameOf(name, attribute)).finish()];
}

function frameOf(name: string, attribute: AttributeValue): Partial<AttributeFrameMessage> {
  switch (attribute.kind) {
    case 'float': return { name, f: attribute.value, type: ATTRIBUTE.float };
    case 'int': return { name, i: toLong(attribute.value), type: ATTRIBUTE.int };
    case 'string': return { name, s: attribute.value, type: ATTRIBUTE.string };
    case 'floats': return { name, floats: [...attribute.value], type: ATTRIBUTE.floats };
    case 'ints': return { name, ints: attribute.value.map(toLong), type: ATTRIBUTE.ints };
    case 'strings': return { name, strings: [...attribute.value], type: ATTRIBUTE.strings };
    default: throw new Error(`an attribute of kind ${attribute.kind} can only be written from its source`);
  }
}

/** Value of an integer attribute, or `absent`. */
export function intOf(attributes: ReadonlyMap<string, Attribute>, name: string, absent: number): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'int' ? Number(attribute.value) : absent;
}

/** Value of a list of integers, or undefined. */
export function intsOf(attributes: ReadonlyMap<string, Attribute>, name: string): readonly number[] | undefined {
  const attribute = attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value.map(Number) : undefined;
}

export function floatOf(attributes: ReadonlyMap<string, Attribute>, name: string, absent: number): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : absent;
}

export function stringOf(attributes: ReadonlyMap<string, Attribute>, name: string, absent: string): string {
  const attribute = attributes.get(name);
  return attribute?.kind === 'string' ? new TextDecoder().decode(attribute.value) : absent;
}

/** Whether an attribute holds graphs, whose nodes read values of the graph around them. */
export function graphsIn(attribute: Attribute): readonly Uint8Array[] {
  if (attribute.kind !== 'opaque' || !(attribute.source instanceof Uint8Array)) return [];
  const frame = AttributeFrame.decode(readerOf(attribute.source)) as unknown as AttributeFrameMessage;
  return [...(frame.g.length > 0 ? [frame.g] : []), ...frame.graphs];
}
