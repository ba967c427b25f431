/**
 * What a pickle says, without making it: a class is its qualified name, and an object what it would be made of. None is
 * null; integers beyond the exact ones of a number are bigint. Values may be shared, and lists, dicts and objects may
 * hold themselves.
 */
export type PickleValue =
  | null | boolean | number | bigint | string | Uint8Array
  | PickleSequence | PickleDict | PickleGlobal | PickleObject | PickleReference;

export interface PickleSequence {
  readonly kind: 'list' | 'tuple' | 'set';
  readonly items: PickleValue[];
}

export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: PickleEntry[];
}

export type PickleEntry = readonly [key: PickleValue, value: PickleValue];

/** A class or function, by name: `torch._utils._rebuild_tensor_v2`. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}

/** What a call would return. `callee` is a global wherever Python's own pickler wrote the file. */
export interface PickleObject {
  readonly kind: 'object';
  readonly callee: PickleValue;
  readonly args: readonly PickleValue[];
  /** What `__setstate__` would get, or `__dict__` be updated with. */
  state?: PickleValue;
  /** Added to an object that is a list or a set. */
  readonly items: PickleValue[];
  /** Added to an object that is a dict. */
  readonly entries: PickleEntry[];
}

/** Something the pickle keeps elsewhere; for torch.save a storage. */
export interface PickleReference {
  readonly kind: 'reference';
  readonly id: PickleValue;
}

/** The items of a list, tuple or set, or of an object that is filled as one; undefined for anything else. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  const plain = plainItems(value);
  if (plain !== undefined || !isCompound(value) || value.kind !== 'object') return plain;
  if (value.items.length > 0) return value.items;
  return LIST_TYPES.has(calleeName(value) ?? '') ? plainItems(value.args[0]) ?? [] : undefined;
}

/** The entries of a dict, or of an object that is filled as one; undefined for anything else. */
export function entriesOf(value: PickleValue | undefined): readonly PickleEntry[] | undefined {
  if (!isCompound(value)) return undefined;
  if (value.kind === 'dict') return value.entries;
  if (value.kind !== 'object' || (value.entries.length === 0 && !DICT_TYPES.has(calleeName(value) ?? ''))) return undefined;
  return value.entries.length > 0 ? value.entries : pairs(value.args.at(-1));
}

/** The value under a text key of a dict, the newest where it is there twice. */
export function entry(value: PickleValue | undefined, key: string): PickleValue | undefined {
  return entriesOf(value)?.findLast(([name]) => name === key)?.[1];
}

/** The qualified name of what an object is made by, or undefined where it is no object of a named class or function. */
export function calleeName(value: PickleValue | undefined): string | undefined {
  if (!isCompound(value) || value.kind !== 'object' || !isCompound(value.callee)) return undefined;
  return value.callee.kind === 'global' ? value.callee.name : undefined;
}

export function isCompound(value: PickleValue | undefined): value is Exclude<PickleValue, null | boolean | number | bigint | string | Uint8Array> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

function plainItems(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  return isCompound(value) && (value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set') ? value.items : undefined;
}

/** What `OrderedDict([[key, value], …])` is made of. */
function pairs(value: PickleValue | undefined): readonly PickleEntry[] {
  if (isCompound(value) && value.kind === 'dict') return value.entries;
  return (plainItems(value) ?? []).flatMap((item) => {
    const pair = plainItems(item);
    return pair?.length === 2 ? [[pair[0]!, pair[1]!] as const] : [];
  });
}

/** Python 2 named the module of its own types differently. */
const BUILTINS = ['builtins', '__builtin__'];
const LIST_TYPES = new Set(BUILTINS.flatMap((module) => ['set', 'frozenset', 'list', 'tuple'].map((name) => `${module}.${name}`)).concat('collections.deque', 'torch.Size'));
const DICT_TYPES = new Set(['collections.OrderedDict', 'collections.defaultdict', 'collections.Counter', ...BUILTINS.map((module) => `${module}.dict`)]);
