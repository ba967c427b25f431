import { getNodeValue, type Node } from 'jsonc-parser';
import { didYouMean } from './didYouMean';
import { members } from './json';
import { matchesWholeName } from './pattern';
import { readPrecisionWish } from './precisionChoice';
import { type ConfigProblem, type Path, pathText, problemAt, quotedList } from './problem';
import { UNSUPPORTED_KEYS, UNSUPPORTED_VALUES } from './unsupported';

/** The part of JSON Schema draft 7 the config's schema is written in. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: { readonly format: string };
  readonly additionalProperties?: boolean | Schema;
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
  if (!hasType(node, value, schema)) {
    const least = schema.minimum === undefined ? '' : ` of at least ${schema.minimum}`;
    report(problemAt(node, path, 'error', `"${pathText(path)}" must be ${EXPECTED[schema.type ?? '']}${least}, not ${shown(value)}.`));
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
  const known = Object.keys(schema.properties ?? {});
  for (const [key, keyNode, child] of members(node)) {
    const at = [...path, key];
    if (entries.has(key)) report(problemAt(keyNode, at, 'warning', `"${pathText(at)}" is given more than once; the last one counts.`));
    // A pattern given again moves to the end: the last match wins.
    entries.delete(key);
    const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
    const childSchema = known.includes(key) ? schema.properties?.[key] : rest;
    if (childSchema === undefined) report(unknownKey(keyNode, at, known));
    else if (checkFormat(keyNode, key, schema.propertyNames?.format, at, report)) {
      entries.set(key, readBySchema(child, childSchema, at, report));
    }
  }
  return Object.fromEntries([...entries].filter(([, value]) => value !== undefined));
}

function unknownKey(keyNode: Node, path: Path, known: readonly string[]): ConfigProblem {
  const name = pathText(path);
  if (Object.hasOwn(UNSUPPORTED_KEYS, name)) {
    return problemAt(keyNode, path, 'warning', `"${name}" is not supported by this version, ignored: ${UNSUPPORTED_KEYS[name]}.`);
  }
  const end = didYouMean(path.at(-1), known);
  const all = `; accepted here: ${known.filter((key) => key !== '$schema').join(', ')}.`;
  return problemAt(keyNode, path, 'error', `Unknown key "${name}"${end === '.' ? all : end}`);
}

function readEnum(node: Node, value: unknown, allowed: readonly string[], path: Path, report: Report): unknown {
  if (typeof value === 'string' && allowed.includes(value)) return value;
  const name = pathText(path);
  const unsupported = `${name}=${String(value)}`;
  if (Object.hasOwn(UNSUPPORTED_VALUES, unsupported)) {
    const used = UNSUPPORTED_VALUES[unsupported];
    report(problemAt(node, path, 'warning', `"${name}": ${shown(value)} is not supported by this version, ignored: "${used}" is used.`));
    return used;
  }
  report(problemAt(node, path, 'error', `"${name}" must be one of ${quotedList(allowed)}, not ${shown(value)}${didYouMean(value, allowed)}`));
  return undefined;
}

function hasType(node: Node, value: unknown, schema: Schema): boolean {
  if (schema.type !== 'integer' && schema.type !== 'number') return node.type === schema.type;
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
    report(problemAt(node, path, 'error', `"${pattern}" must be a valid regular expression${cause === '' ? '' : ` (${cause})`}.`));
    return false;
  }
}

/** The refused value as the file has it, shortened. */
function shown(value: unknown): string {
  // JSON cannot write a number beyond its range.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
