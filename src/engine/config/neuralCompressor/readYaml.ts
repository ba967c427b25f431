import { isMap, LineCounter, parseDocument } from 'yaml';
import { UserError } from '../../errors';
import type { Mapping, Value } from './values';

const MOST_ALIASES = 100;

/**
 * Reads YAML as PyYAML does (YAML 1.1: `on` is true), which Neural Compressor uses; what a tag of Python is on is read as
 * if it had none. Throws UserError with the line for text that is no YAML, keys given twice, and aliases that multiply.
 */
export function readYaml(text: string, file: string): Mapping {
  const lines = new LineCounter();
  const fail = (offset: number, message: string, hint: string): never => {
    throw new UserError(`line ${Math.max(1, lines.linePos(offset).line)}: ${message}`, { file, hint });
  };
  const document = orTooDeep(file, () => parseDocument(text, { version: '1.1', lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: 'silent' }));
  const [error] = document.errors;
  if (error?.code === 'RESOURCE_EXHAUSTION') throw tooDeep(file);
  if (error !== undefined) fail(error.pos[0], `this is no valid YAML: ${error.message}`, 'Correct it and import again');
  if (!isMap(document.contents)) fail(0, 'a config of Neural Compressor has keys and values, such as "model:"', 'Choose another file');
  return orTooDeep(file, () => plain(document.toJS({ mapAsMap: true, maxAliasCount: MOST_ALIASES }))) as Mapping;
}

/** The library descends by recursion, and throws a ReferenceError for aliases that refer to too many others. */
function orTooDeep<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(file);
    if (error instanceof ReferenceError) throw new UserError('its YAML aliases multiply too much', { file, hint: 'Write the values out' });
    throw error;
  }
}

function tooDeep(file: string): UserError {
  return new UserError('it is nested too deep for a config', { file, hint: 'Choose another file' });
}

function plain(value: unknown): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [String(key), plain(item)]));
  if (typeof value === 'string') return value;
  return value instanceof Date ? value.toISOString() : null;
}
