import { UserError } from '../../../errors';
import { calleeName, entriesOf, isCompound, itemsOf, type PickleEntry, type PickleValue } from './pickleValues';
import { type TensorRecord, tensorRecord } from './tensors';
import type { TorchSave } from './torchSave';

/** A tensor and how one reaches it: keys, indices and attributes, joined by dots; a module's as in its state_dict. */
export interface NamedTensor extends TensorRecord {
  readonly name: string;
}

/** An object of a class that is a torch.nn.Module, or was one before torch.jit compiled it. */
export interface NamedModule {
  /** As of a tensor. */
  readonly name: string;
  /** Its qualified class. */
  readonly type: string;
  /** Modules around it. */
  readonly depth: number;
}

/** What is in a file of torch.save, in its order. */
export interface Contents {
  readonly tensors: readonly NamedTensor[];
  readonly modules: readonly NamedModule[];
}

/** Values nested deeper are not looked into; modules of real networks nest to some 20. */
const DEEPEST = 100;
/** Characters of all names together, so that nesting cannot multiply what a file says. */
const LONGEST_NAMES = 2 ** 24;
/** Attributes of a torch.nn.Module that hold its parts, which are named without them (torch/nn/modules/module.py). */
const PARTS: ReadonlySet<string> = new Set(['_parameters', '_buffers', '_modules']);

/**
 * All tensors and modules in what was saved. A container or module that is held twice is looked into once. Throws
 * UserError for a tensor the file cannot give.
 */
export function contentsOf(saved: TorchSave): Contents {
  const tensors: NamedTensor[] = [];
  const modules: NamedModule[] = [];
  const seen = new Set<PickleValue>();
  const open = [{ value: saved.value, name: '', depth: 0, modulesAround: 0 }];
  let characters = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, name, depth, modulesAround } = next;
    characters += name.length;
    if (characters > LONGEST_NAMES) throw tooLong();
    const tensor = tensorRecord(value, name, saved);
    if (tensor !== undefined) tensors.push({ name, ...tensor });
    if (tensor !== undefined || seen.has(value) || depth > DEEPEST) continue;
    seen.add(value);
    const type = moduleType(value);
    if (type !== undefined) modules.push({ name, type, depth: modulesAround });
    const around = modulesAround + (type === undefined ? 0 : 1);
    for (const [key, part] of partsOf(value).reverse()) {
      if (isCompound(part)) open.push({ value: part, name: joined(name, key), depth: depth + 1, modulesAround: around });
    }
  }
  return { tensors, modules };
}

/** The class of a module, without what torch.jit adds to its name; undefined for any other value. */
function moduleType(value: PickleValue): string | undefined {
  const type = calleeName(value);
  if (type === undefined) return undefined;
  const compiled = type.startsWith('__torch__.');
  if (!compiled && (attributesOf(value) === undefined || entriesOf(attribute(value, '_modules')) === undefined)) return undefined;
  return type.replace(/^__torch__\./, '').replace(/___torch_mangle_\d+\./g, '');
}

/** What a value holds, by key, index or attribute; the key is undefined where it adds nothing to a name. */
function partsOf(value: PickleValue): (readonly [key: string | undefined, part: PickleValue])[] {
  const entries = entriesOf(value);
  const held = entries === undefined ? itemsOf(value)?.map((part, index) => [String(index), part] as const) : entries.map(([key, part]) => [keyText(key), part] as const);
  const attributes = attributesOf(value)?.map(([key, part]) => [typeof key === 'string' && PARTS.has(key) ? undefined : keyText(key), part] as const);
  return [...(held ?? []), ...(attributes ?? [])];
}

/** The attributes of an object: its state, or the first of a pair of states where the class has slots. */
function attributesOf(value: PickleValue): readonly PickleEntry[] | undefined {
  if (!isCompound(value) || value.kind !== 'object') return undefined;
  return entriesOf(value.state) ?? entriesOf(itemsOf(value.state)?.[0]);
}

function attribute(value: PickleValue, name: string): PickleValue | undefined {
  return attributesOf(value)?.findLast(([key]) => key === name)?.[1];
}

function keyText(key: PickleValue): string {
  return isCompound(key) || key instanceof Uint8Array ? '?' : String(key);
}

function joined(name: string, key: string | undefined): string {
  if (key === undefined) return name;
  return name === '' ? key : `${name}.${key}`;
}

function tooLong(): UserError {
  return new UserError('the names of the tensors take more than 16 MiB', { hint: 'Save the weights alone: torch.save(model.state_dict(), "weights.pt")' });
}
