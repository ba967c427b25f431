import { isObject, type Json, type JsonObject, textAt } from '../../data/losslessJson';
import type { Attribute } from '../../graph/attribute';
import { freeName } from '../../graph/freeName';
import type { Graph, Node } from '../../graph/graph';
import type { Piece } from '../lazyBytes';
import { union } from './arguments';
import { recordName, tensorOf } from './constants';
import { type Origin, type ProgramSource, sourceOf, type TableName } from './source';
import type { StoredTensor } from './storage';
import { denseMeta, withType } from './tensorMeta';
import type { ValueNames } from './valueNames';

/** Constants as they are written: what the graph and the archive say of them. */
export interface EncodedConstants {
  /** InputSpec of each constant, by the name of its value: those that were read in their order, then new ones. */
  readonly specs: ReadonlyMap<string, JsonObject>;
  /** TensorMeta of those that are new or changed, by the name of their value. */
  readonly metas: ReadonlyMap<string, JsonObject>;
  readonly tables: Readonly<Record<TableName, JsonObject>>;
  /** New content of records; those that nothing refers to any more are undefined. */
  readonly records: ReadonlyMap<string, Piece | undefined>;
}

type TensorValue = Extract<Attribute, { kind: 'tensor' }>;

/** A constant under the name it is written by. */
interface Named {
  readonly name: string;
  readonly table: TableName;
  readonly value: string;
  readonly spec: JsonObject;
  /** Undefined for one that is as it was read. */
  readonly tensor: TensorValue | undefined;
  readonly isParameter: boolean;
  readonly wasPath: string | undefined;
  readonly wasMeta: JsonObject | undefined;
}

const FRESH_RECORDS: Readonly<Record<TableName, string>> = { weights: 'weight_', constants: 'tensor_' };

/** Lays the graph's constants out: a changed one under its old name, a new one as a parameter or buffer of its own. */
export function encodeConstants(graph: Graph, valueNames: ValueNames): EncodedConstants {
  const source = graph.source as ProgramSource;
  const constants = nameConstants(graph, source, valueNames);
  const specs = new Map(constants.map(({ value, spec }) => [value, spec]));
  const metas = new Map(constants.flatMap(({ value, tensor, wasMeta }) => (tensor === undefined ? [] : [[value, metaOf(tensor, wasMeta)] as const])));
  const records = new Map<string, Piece | undefined>();
  const tables = {
    weights: encodeTable('weights', source, constants, records),
    constants: encodeTable('constants', source, constants, records),
  };
  return { specs, metas, tables, records };
}

function nameConstants(graph: Graph, { original, tables }: ProgramSource, valueNames: ValueNames): readonly Named[] {
  const constants = [...graph.nodes.values()].filter(isTensorNode);
  const successors = new Map<string, Node>();
  for (const node of constants) {
    const { standsFor } = sourceOf(node);
    if (standsFor !== undefined && !graph.nodes.has(standsFor) && !successors.has(standsFor)) successors.set(standsFor, node);
  }
  const taken = new Set((['weights', 'constants'] as const).flatMap((table) => [...configOf(tables[table]).keys()]));
  const named: Named[] = [];
  const done = new Set<Node>();
  for (const read of original.nodes.values()) {
    const { origin } = sourceOf(read);
    if (origin?.tensor === undefined) continue;
    const node = graph.nodes.get(read.id) ?? successors.get(read.id);
    if (node === undefined) continue;
    done.add(node);
    valueNames.set(node, origin.outputs[0]!.name);
    named.push(inPlaceOf(node, origin));
  }
  for (const node of constants) if (!done.has(node)) named.push(asNew(node, taken, valueNames));
  return named;
}

function isTensorNode(node: Node): boolean {
  const { origin } = sourceOf(node);
  return origin === undefined ? node.attributes.get('value')?.kind === 'tensor' && node.inputs.length === 0 : origin.tensor !== undefined;
}

function inPlaceOf(node: Node, { message, outputs, tensor, original }: Origin): Named {
  const { name, table, entry } = tensor!;
  const value = node.attributes.get('value');
  const isChanged = value !== original.attributes.get('value') && value?.kind === 'tensor';
  const meta = entry.get('tensor_meta');
  return {
    name, table, value: outputs[0]!.name, spec: message, tensor: isChanged ? value : undefined,
    isParameter: entry.get('is_param') === true, wasPath: textAt(entry, 'path_name'), wasMeta: isObject(meta) ? meta : undefined,
  };
}

/** In the file, `features/0/weight/scale` is the buffer `weight_scale` of the module `features.0`. */
function asNew(node: Node, taken: Set<string>, valueNames: ValueNames): Named {
  const parts = node.name.split('/');
  const [kind, nameKey, prefix] = node.op === 'parameter' ? (['parameter', 'parameter_name', 'p_'] as const) : (['buffer', 'buffer_name', 'b_'] as const);
  const base = [...parts.slice(0, -2), parts.slice(-2).join('_').replaceAll('.', '_')].join('.');
  const name = freeName(base, (given) => taken.has(given));
  taken.add(name);
  const value = valueNames.give(node, `${prefix}${name.replaceAll('.', '_')}`);
  const content = new Map<string, Json>([['arg', new Map([['name', value]])], [nameKey, name]]);
  if (kind === 'buffer') content.set('persistent', true);
  const tensor = node.attributes.get('value') as TensorValue;
  return { name, table: 'weights', value, spec: union(kind, content), tensor, isParameter: kind === 'parameter', wasPath: undefined, wasMeta: undefined };
}

/** Changed constants lie densely in memory of their own. */
function metaOf({ dtype, shape }: TensorValue, was: JsonObject | undefined): JsonObject {
  const dense = denseMeta(dtype, shape);
  return was === undefined ? dense : new Map([...withType(was, dtype), ...['sizes', 'strides', 'storage_offset'].map((key) => [key, dense.get(key)!] as const)]);
}

function encodeTable(table: TableName, source: ProgramSource, all: readonly Named[], records: Map<string, Piece | undefined>): JsonObject {
  const before = configOf(source.tables[table]);
  const constants = new Map(all.filter((constant) => constant.table === table).map((constant) => [constant.name, constant]));
  const removed = new Set(namesRead(source, table).filter((name) => !constants.has(name)));
  const kept = [...before].filter(([name]) => !removed.has(name) && constants.get(name)?.tensor === undefined);
  const paths = new Paths(table, source, new Set(kept.map(([, entry]) => pathOf(entry))));
  const entryOf = ({ tensor, isParameter, wasPath, wasMeta }: Named): JsonObject => {
    const { path, content } = paths.give((tensor!.value as StoredTensor).storage, wasPath);
    if (content !== undefined) records.set(recordName(table, path), content);
    return new Map<string, Json>([['path_name', path], ['is_param', isParameter], ['use_pickle', false], ['tensor_meta', metaOf(tensor!, wasMeta)]]);
  };
  const config = new Map<string, Json>();
  for (const [name, entry] of before) {
    if (removed.has(name)) continue;
    const constant = constants.get(name);
    config.set(name, constant?.tensor === undefined ? entry : entryOf(constant));
  }
  for (const [name, constant] of constants) if (!config.has(name)) config.set(name, entryOf(constant));
  const used = new Set([...config.values()].map(pathOf));
  for (const entry of before.values()) if (!used.has(pathOf(entry))) records.set(recordName(table, pathOf(entry)), undefined);
  return new Map(source.tables[table]).set('config', config);
}

/** Gives changed storages records: their old ones where nothing else needs those, else new ones. */
class Paths {
  private readonly given = new Map<Piece, string>();
  private last = -1;

  constructor(private readonly table: TableName, source: ProgramSource, private readonly taken: Set<string>) {
    const prefix = recordName(table, FRESH_RECORDS[table]);
    for (const record of source.archive.records.keys()) {
      const number = record.startsWith(prefix) ? Number(record.slice(prefix.length)) : NaN;
      if (Number.isSafeInteger(number)) this.last = Math.max(this.last, number);
    }
  }

  give(storage: Piece, old: string | undefined): { readonly path: string; readonly content?: Piece } {
    const known = this.given.get(storage);
    if (known !== undefined) return { path: known };
    const path = old !== undefined && !this.taken.has(old) ? old : `${FRESH_RECORDS[this.table]}${++this.last}`;
    this.taken.add(path);
    this.given.set(storage, path);
    return { path, content: storage };
  }
}

function namesRead({ original }: ProgramSource, table: TableName): string[] {
  return [...original.nodes.values()].flatMap((node) => {
    const tensor = sourceOf(node).origin?.tensor;
    return tensor?.table === table ? [tensor.name] : [];
  });
}

function configOf(table: JsonObject): JsonObject {
  const config = table.get('config');
  return isObject(config) ? config : new Map<string, Json>();
}

function pathOf(entry: Json): string {
  return isObject(entry) ? textAt(entry, 'path_name') : '';
}

/** Whether an InputSpec is that of a parameter, buffer or tensor constant. */
export function isConstantSpec(spec: Json): boolean {
  if (!isObject(spec)) return false;
  const [entry] = spec;
  return entry !== undefined && isObject(entry[1]) && tensorOf([entry[0], entry[1]]) !== undefined;
}
