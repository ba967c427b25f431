import { integerNumber, integerOf, floatNumber, isList, isObject, type Json, type JsonObject, numberOf } from '../../data/losslessJson';
import type { Attribute, AttributeValue, Operand } from '../../graph/attribute';
import { codeOfDataType, dataTypeFromCode } from './dataTypes';

/**
 * The union Argument of torch/_export/serde/schema.py: an object of one entry, whose key says what it is. Values are
 * referred to by name; this file is the one place that knows where the names are.
 */

/** The tag and the content of a union, or undefined for what is no union. */
export function unionOf(json: Json | undefined): readonly [tag: string, content: Json] | undefined {
  if (!isObject(json)) return undefined;
  for (const entry of json) return entry;
  return undefined;
}

export function union(tag: string, content: Json): JsonObject {
  return new Map([[tag, content]]);
}

type Rename = (name: string) => string;
type Mapper = (content: Json, rename: Rename) => Json;

const named = (key: string): Mapper => (content, rename) => {
  const name = isObject(content) ? content.get(key) : undefined;
  return typeof name === 'string' ? new Map(content as JsonObject).set(key, rename(name)) : content;
};
const each = (mapper: Mapper): Mapper => (content, rename) => (isList(content) ? content.map((item) => mapper(item, rename)) : content);
const nested: Mapper = (content, rename) => mapNames(content, rename);

const NAMES_IN: Readonly<Record<string, Mapper>> = {
  as_tensor: named('name'),
  as_tensors: each(named('name')),
  as_nested_tensors: each(each(named('name'))),
  as_optional_tensor: nested,
  as_optional_tensors: each(nested),
  as_custom_obj: named('name'),
  as_sym_int: named('as_name'),
  as_sym_ints: each(named('as_name')),
  as_sym_float: named('as_name'),
  as_sym_floats: each(named('as_name')),
  as_sym_bool: named('as_name'),
  as_sym_bools: each(named('as_name')),
  as_string_to_argument: (content, rename) =>
    (isObject(content) ? new Map([...content].map(([key, item]) => [key, nested(item, rename)])) : content),
};

/** The argument with each name of a value replaced, in the order in which they stand. Sub-graphs have names of their own. */
export function mapNames(argument: Json, rename: Rename): Json {
  const [tag, content] = unionOf(argument) ?? [];
  const mapper = tag !== undefined && Object.hasOwn(NAMES_IN, tag) ? NAMES_IN[tag] : undefined;
  return mapper === undefined ? argument : union(tag!, mapper(content!, rename));
}

/** Names of the values an argument refers to, in the order in which they stand. */
export function namesIn(argument: Json): string[] {
  const names: string[] = [];
  mapNames(argument, (name) => {
    names.push(name);
    return name;
  });
  return names;
}

const OPAQUE: AttributeValue = { kind: 'opaque' };

/**
 * An argument as an attribute, with `entry`, the NamedArgument it was read from, as its source. Values it refers to are
 * operands, numbered from `firstInput` on. None by itself, devices, layouts, memory formats and sub-graphs are opaque.
 */
export function attributeOf(entry: JsonObject, firstInput: number): Attribute {
  return { ...valueOf(entry.get('arg'), firstInput), source: entry };
}

function valueOf(argument: Json | undefined, firstInput: number): AttributeValue {
  const [tag, content] = unionOf(argument) ?? [];
  switch (tag) {
    case 'as_int': return integer(content);
    case 'as_float': return float(content);
    case 'as_bool': return typeof content === 'boolean' ? { kind: 'bool', value: content } : OPAQUE;
    case 'as_string': return typeof content === 'string' ? { kind: 'string', value: new TextEncoder().encode(content) } : OPAQUE;
    case 'as_scalar_type': return type(content);
    case 'as_ints': return list(content, integerOf, (value) => ({ kind: 'ints', value }));
    case 'as_floats': return list(content, floatOf, (value) => ({ kind: 'floats', value }));
    case 'as_bools': return list(content, boolOf, (value) => ({ kind: 'bools', value }));
    case 'as_strings': return list(content, stringOf, (value) => ({ kind: 'strings', value: value.map((text) => new TextEncoder().encode(text)) }));
    case 'as_tensor':
    case 'as_custom_obj': return { kind: 'operands', isList: false, value: [{ input: firstInput }] };
    case 'as_tensors': return { kind: 'operands', isList: true, value: numbered(isList(content) ? content.length : 0, firstInput) };
    case 'as_optional_tensor': return valueOf(content, firstInput);
    case 'as_optional_tensors':
    case 'as_sym_ints':
    case 'as_sym_floats':
    case 'as_sym_bools': return mixedList(isList(content) ? content : [], firstInput);
    case 'as_sym_int':
    case 'as_sym_float':
    case 'as_sym_bool': return symbolic(content, firstInput);
    default: return OPAQUE;
  }
}

function integer(content: Json | undefined): AttributeValue {
  const value = integerOf(content);
  return value === undefined ? OPAQUE : { kind: 'int', value };
}

/** Numbers that are not finite are written as strings. */
function floatOf(content: Json | undefined): number | undefined {
  if (typeof content === 'string') return /^(-?Infinity|NaN)$/.test(content) ? Number(content) : undefined;
  return numberOf(content);
}

function float(content: Json | undefined): AttributeValue {
  const value = floatOf(content);
  return value === undefined ? OPAQUE : { kind: 'float', value };
}

const boolOf = (content: Json): boolean | undefined => (typeof content === 'boolean' ? content : undefined);
const stringOf = (content: Json): string | undefined => (typeof content === 'string' ? content : undefined);

function type(content: Json | undefined): AttributeValue {
  const value = typeof content === 'number' ? dataTypeFromCode(content) : undefined;
  return value === undefined ? OPAQUE : { kind: 'type', value };
}

function list<T>(content: Json | undefined, of: (item: Json) => T | undefined, make: (items: readonly T[]) => AttributeValue): AttributeValue {
  const items = isList(content) ? content.map(of) : [undefined];
  return items.every((item): item is T & {} => item !== undefined) ? make(items) : OPAQUE;
}

function numbered(count: number, first: number): Operand[] {
  return Array.from({ length: count }, (_, index) => ({ input: first + index }));
}

function symbolic(content: Json | undefined, firstInput: number): AttributeValue {
  const [operand] = operandsOf([content ?? null], firstInput);
  switch (typeof operand) {
    case 'object': return operand === null ? OPAQUE : { kind: 'operands', isList: false, value: [operand] };
    case 'boolean': return { kind: 'bool', value: operand };
    case 'bigint': return { kind: 'int', value: operand };
    default: return isFloat(content) ? { kind: 'float', value: operand as number } : { kind: 'int', value: operand as number };
  }
}

function isFloat(content: Json | undefined): boolean {
  return unionOf(content)?.[0] === 'as_float';
}

/** A list in which plain numbers and None may stand between values; only numbers make `ints` or `floats`. */
function mixedList(content: readonly Json[], firstInput: number): AttributeValue {
  const operands = operandsOf(content, firstInput);
  const numbers = operands.filter((operand) => typeof operand === 'number' || typeof operand === 'bigint');
  if (numbers.length < operands.length || operands.length === 0) return { kind: 'operands', isList: true, value: operands };
  return content.some(isFloat) ? { kind: 'floats', value: numbers.map(Number) } : { kind: 'ints', value: numbers };
}

function operandsOf(content: readonly Json[], firstInput: number): Operand[] {
  let input = firstInput;
  return content.map((item): Operand => {
    const [tag, value] = unionOf(item) ?? [];
    if (tag === 'as_tensor' || tag === 'as_name') return { input: input++ };
    if (tag === 'as_bool' && typeof value === 'boolean') return value;
    return (tag === 'as_float' ? floatOf(value) : integerOf(value)) ?? null;
  });
}

/** The NamedArgument of an attribute that a phase made. `kind` is 1 for a positional argument, 2 for one given by keyword. */
export function argumentOf(name: string, attribute: Attribute, kind: 1 | 2): JsonObject {
  return new Map<string, Json>([['name', name], ['arg', argumentValue(attribute)], ['kind', kind]]);
}

/** Stands where the name of a value is filled in. */
const UNNAMED = '';

function argumentValue(attribute: AttributeValue): Json {
  switch (attribute.kind) {
    case 'int': return union('as_int', integerNumber(attribute.value));
    case 'float': return union('as_float', Number.isFinite(attribute.value) ? floatNumber(attribute.value) : String(attribute.value));
    case 'bool': return union('as_bool', attribute.value);
    case 'type': return union('as_scalar_type', codeOfDataType(attribute.value));
    case 'ints': return union('as_ints', attribute.value.map(integerNumber));
    case 'operands': {
      const tensors = attribute.value.map(() => new Map([['name', UNNAMED]]));
      return attribute.isList ? union('as_tensors', tensors) : union('as_tensor', tensors[0]!);
    }
    default: throw new Error(`an attribute of kind ${attribute.kind} can only be written from its source`);
  }
}
