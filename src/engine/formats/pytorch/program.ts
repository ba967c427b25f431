import { isList, isObject, type Json, type JsonObject, parseJson } from '../../data/losslessJson';
import { UserError } from '../../errors';
import { type Archive, textOf } from './archive';
import type { TableName } from './source';

/** An exported program as an archive holds it, before anything in it is looked at. */
export interface ProgramFile {
  readonly archive: Archive;
  /** Of the model in the archive: `models/NAME.json`. */
  readonly model: string;
  readonly program: JsonObject;
  /** The weights and constants configs. */
  readonly tables: Readonly<Record<TableName, JsonObject>>;
}

export const AGAIN = 'Export the model again with torch.export.save';

/** Major version of the schema that torch 2.6 to 2.13 read and write. */
const SCHEMA_MAJOR = 8;

/**
 * Finds the exported program in a PT2 archive (torch/export/pt2_archive/_package.py). Throws UserError for an archive that
 * torch would not load: a record is missing, or versions differ.
 */
export function findProgram(archive: Archive): ProgramFile {
  if (archive.root === '') throw new UserError('its records are in no folder, where torch does not find them', { hint: AGAIN });
  const model = modelName(archive);
  requireText(archive, 'archive_format', 'pt2');
  requireText(archive, 'archive_version', '0');
  requireRecord(archive, '.data/version');
  requireRecord(archive, `data/sample_inputs/${model}.pt`);
  const byteOrder = archive.records.get('byteorder');
  if (byteOrder !== undefined && textOf(byteOrder, 'byteorder') !== 'little') {
    throw new UserError('its numbers are in big-endian order, which is not supported', { hint: 'Export the model on a little-endian computer' });
  }
  const program = objectIn(archive, `models/${model}.json`);
  checkSchema(program);
  const tables = {
    weights: objectIn(archive, `data/weights/${model}_weights_config.json`),
    constants: objectIn(archive, `data/constants/${model}_constants_config.json`),
  };
  return { archive, model, program, tables };
}

function modelName({ records }: Archive): string {
  const names = [...records.keys()].flatMap((name) => /^models\/(.+)\.json$/.exec(name)?.[1] ?? []);
  const [name, second] = names;
  if (name === undefined) throw new UserError('the archive holds no exported program', { hint: AGAIN });
  if (second !== undefined && !names.includes('model')) {
    throw new UserError(`the archive holds ${names.length} programs (${names.join(', ')})`, { hint: 'Save each in a file of its own with torch.export.save' });
  }
  return names.includes('model') ? 'model' : name;
}

function requireRecord({ records }: Archive, name: string): Uint8Array {
  const record = records.get(name);
  if (record === undefined) throw new UserError(`the archive lacks the record "${name}", without which torch does not load it`, { hint: AGAIN });
  return record;
}

function requireText(archive: Archive, name: string, expected: string): void {
  const text = textOf(requireRecord(archive, name), name).trim();
  if (text !== expected) throw new UserError(`its ${name} is "${text.slice(0, 20)}", and torch loads only "${expected}"`, { hint: AGAIN });
}

function objectIn(archive: Archive, name: string): JsonObject {
  const json = parseJson(textOf(requireRecord(archive, name), name), `"${name}"`);
  if (!isObject(json)) throw new UserError(`"${name}" holds no JSON object`, { hint: AGAIN });
  return json;
}

function checkSchema(program: JsonObject): void {
  const version = program.get('schema_version');
  const [major, minor] = isObject(version) ? [version.get('major'), version.get('minor')] : [];
  if (major === SCHEMA_MAJOR) return;
  if (typeof major !== 'number') throw new UserError('the exported program states no schema version', { hint: AGAIN });
  const text = `the exported program is of schema ${major}.${shown(minor)}`;
  if (major < SCHEMA_MAJOR) throw new UserError(`${text}, written by torch 2.5 or older, which torch itself no longer loads`, { hint: 'Export the model again with torch 2.6 or newer' });
  throw new UserError(`${text}, and this version knows ${SCHEMA_MAJOR} (torch 2.6 to 2.13)`, { hint: 'Export the model with torch 2.13' });
}

function shown(json: Json | undefined): string {
  return typeof json === 'number' ? String(json) : '?';
}

/** The object at a key of one. Throws UserError where there is none. */
export function objectAt(json: JsonObject, key: string): JsonObject {
  const value = json.get(key);
  if (!isObject(value)) throw new UserError(`the exported program has no "${key}"`, { hint: AGAIN });
  return value;
}

/** The list at a key of an object. Throws UserError where there is none. */
export function listAt(json: JsonObject, key: string): readonly Json[] {
  const value = json.get(key);
  if (!isList(value)) throw new UserError(`the exported program has no list "${key}"`, { hint: AGAIN });
  return value;
}

/** Whether the JSON is an object with one of the keys. */
export function isObjectWith(json: Json, ...keys: readonly string[]): boolean {
  return isObject(json) && keys.some((key) => json.has(key));
}
