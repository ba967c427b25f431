import { getNodeValue, type Node } from 'jsonc-parser';
import { didYouMean, nearest } from './didYouMean';
import { remove, rename, setTo } from './fixes';
import { members } from './json';
import { matchesWholeName } from './pattern';
import { readPrecisionWish } from './precisionChoice';
import { type ConfigFix, type ConfigProblem, type Path, pathText, problemAt, quotedList } from './problem';
import { FIXED_VALUES } from './unsupported';

/** The part of JSON Schema draft 7 the config's schema is written in. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly (string | boolean)[];
  readonly minimum?: number;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: { readonly format: string };
  readonly additionalProperties?: boolean | Schema;
  readonly maxProperties?: number;
  /** For editors: the values of FIXED_VALUES. */
  readonly const?: unknown;
  /** Of texts: words, or a pattern, with what fits it in words. */
  readonly anyOf?: readonly { readonly enum?: readonly string[]; readonly pattern?: string; readonly patternErrorMessage?: string }[];
  /** The only definition read by itself is a precision, see readPrecisionWish. */
  readonly $ref?: string;
}

type Report = (problem: ConfigProblem) => void;

const EXPECTED: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  string: 'a text in double quotes',
  integer: 'a whole number',
  number: 'a number',
  array: 'a list',
  object: 'an object in braces',
};

/** The value at `node`; parts the schema refuses are reported and left out. Undefined when nothing of it is valid. */
export function readBySchema(node: Node, schema: Schema, path: Path, report: Report): unknown {
  if (schema.$ref !== undefined) return readPrecisionWish(node, path, report);
  const value: unknown = getNodeValue(node);
  if (schema.enum !== undefined) return readEnum(node, value, schema.enum, path, report);
  if (schema.anyOf !== undefined) return readWord(node, value, schema.anyOf, path, report);
  if (!hasType(node, value, schema)) {
    const least = schema.minimum === undefined ? '' : ` of at least ${schema.minimum}`;
    const message = `"${pathText(path)}" must be ${EXPECTED[schema.type ?? '']}${least}, not ${shown(value)}.`;
    report(problemAt(node, path, 'error', message, [...converted(value, schema, path), remove(path)]));
    return undefined;
  }
  if (node.type === 'object') return readObject(node, schema, path, report);
  if (node.type === 'array') {
    const items = (node.children ?? []).map((item, index) => readBySchema(item, schema.items ?? {}, [...path, index], report));
    return items.filter((item) => item !== undefined);
  }
  return checkFormat(node, String(value), schema.format, path, report) ? value : undefined;
}

function readObject(node: Node, schema: Schema, path: Path, report: Report): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  const known = Object.keys(schema.properties ?? {}).filter((key) => !Object.hasOwn(FIXED_VALUES, pathText([...path, key])));
  const most = schema.maxProperties ?? Infinity;
  for (const [key, keyNode, child] of members(node)) {
    const at = [...path, key];
    // The edit takes the first one, which does not count.
    if (entries.has(key)) report(problemAt(keyNode, at, 'warning', `"${pathText(at)}" is given more than once; the last one counts.`, [remove(at, 'Remove the first one')]));
    // A pattern given again moves to the end: the last match wins.
    entries.delete(key);
    const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
    const childSchema = known.includes(key) ? schema.properties?.[key] : rest;
    if (childSchema === undefined) readUnknown(keyNode, child, at, known, report);
    else if (entries.size === most) report(problemAt(keyNode, at, 'error', `"${pathText(path)}" takes one of ${quotedList(known)}, not both.`, [remove(at), ...[...entries.keys()].map((other) => remove([...path, other], `Remove "${other}"`))]));
    else if (checkFormat(keyNode, key, schema.propertyNames?.format, at, report)) {
      entries.set(key, readBySchema(child, childSchema, at, report));
    }
  }
  return Object.fromEntries([...entries].filter(([, value]) => value !== undefined));
}

/** A key that is not read: fine where it asks for what is done anyway. */
function readUnknown(keyNode: Node, valueNode: Node, path: Path, known: readonly string[], report: Report): void {
  const name = pathText(path);
  const value: unknown = getNodeValue(valueNode);
  const fixed = Object.hasOwn(FIXED_VALUES, name) ? FIXED_VALUES[name] : undefined;
  if (fixed !== undefined) {
    if (fixed.values.includes(value)) return;
    report(problemAt(valueNode, path, 'warning', `"${name}": ${shown(value)} is not supported by this version, ignored: ${fixed.instead}.`, [setTo(path, fixed.values[0]), remove(path)]));
    return;
  }
  const close = nearest(String(path.at(-1)), known);
  const rest = known.filter((key) => key !== '$schema').join(', ');
  const message = `Unknown key "${name}"${close === undefined ? `; accepted here: ${rest}.` : `; did you mean "${close}"?`}`;
  report(problemAt(keyNode, path, 'error', message, [...(close === undefined ? [] : [rename(path, close, value)]), remove(path)]));
}

/** One of some words, or a text of some form. */
function readWord(node: Node, value: unknown, alternatives: NonNullable<Schema['anyOf']>, path: Path, report: Report): unknown {
  const fits = typeof value === 'string' && alternatives.some(({ pattern }) => pattern !== undefined && new RegExp(pattern).test(value));
  if (fits) return value;
  const forms = alternatives.flatMap(({ patternErrorMessage }) => patternErrorMessage ?? []);
  return readEnum(node, value, alternatives.flatMap(({ enum: words }) => words ?? []), path, report, forms.map((form) => `, or ${form}`).join(''));
}

function readEnum(node: Node, value: unknown, allowed: readonly (string | boolean)[], path: Path, report: Report, others = ''): unknown {
  if (allowed.some((candidate) => candidate === value)) return value;
  const words = allowed.filter((candidate) => typeof candidate === 'string');
  const name = pathText(path);
  const message = `"${name}" must be one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}${others}, not ${shown(value)}${didYouMean(value, words)}`;
  const close = nearest(value, words);
  report(problemAt(node, path, 'error', message, [...(close === undefined ? [] : [setTo(path, close)]), remove(path)]));
  return undefined;
}

function hasType(node: Node, value: unknown, schema: Schema): boolean {
  return schema.type === 'integer' || schema.type === 'number' ? isNumberOf(value, schema) : node.type === schema.type;
}

function isNumberOf(value: unknown, schema: Schema): boolean {
  const isNumber = schema.type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
  return isNumber && (value as number) >= (schema.minimum ?? -Infinity);
}

function checkFormat(node: Node, text: string, format: string | undefined, path: Path, report: Report): boolean {
  const pattern = format === 'regex' ? text : format === 'op-type-or-regex' && text.startsWith('re:') ? text.slice(3) : undefined;
  try {
    if (pattern !== undefined) matchesWholeName(pattern);
    return true;
  } catch (error) {
    const cause = error instanceof Error ? (error.message.split(': ').at(-1) ?? '').toLowerCase() : '';
    const message = `"${pattern}" must be a valid regular expression${cause === '' ? '' : ` (${cause})`}.`;
    report(problemAt(node, path, 'error', message, [remove(path)]));
    return false;
  }
}

/** The value as it may have been meant: without quotes, or in a list. */
function converted(value: unknown, schema: Schema, path: Path): ConfigFix[] {
  if (schema.type === 'array') return typeof value === 'string' ? [setTo(path, [value])] : [];
  if (typeof value !== 'string') return [];
  if (schema.type === 'boolean') return ['true', 'false'].includes(value.toLowerCase()) ? [setTo(path, value.toLowerCase() === 'true')] : [];
  const isNumber = schema.type === 'number' || schema.type === 'integer';
  return isNumber && value.trim() !== '' && isNumberOf(Number(value), schema) ? [setTo(path, Number(value))] : [];
}

/** The refused value as the file has it, shortened. */
function shown(value: unknown): string {
  // JSON cannot write a number beyond its range.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
