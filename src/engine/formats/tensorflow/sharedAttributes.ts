import type { Attribute } from '../../graph/attribute';
import { attributeFromBytes } from './attributes';
import { readerOf } from '../protobuf';
import { AttrEntry } from './messages';

type Attributes = ReadonlyMap<string, Attribute>;

interface Entry {
  readonly bytes: Uint8Array;
  readonly key: string;
  readonly attribute: Attribute;
}

/** The attributes made of a list of entries, and those of longer lists that begin with it. */
interface Prefix {
  readonly attributes: Attributes;
  readonly longer: Map<Entry, Prefix>;
}

/** A power of two. */
const SLOTS = 4096;
const LONGEST_SHARED = 256;

/**
 * Reads the attributes of nodes, and gives nodes with the same ones the same map: even the largest graph has few different
 * sets, constants apart.
 */
export class SharedAttributes {
  /** By hash of their bytes; the first come stay. */
  private readonly entries: (Entry | undefined)[] = Array.from({ length: SLOTS });
  private readonly root: Prefix = { attributes: new Map(), longer: new Map() };

  /** `fields` are the entries of NodeDef.attr. */
  read(fields: readonly Uint8Array[]): Attributes {
    let prefix = this.root;
    for (let i = 0; i < fields.length; i++) {
      const entry = this.shared(fields[i]!);
      if (entry === undefined) return readOwn(fields);
      prefix = prefix.longer.get(entry) ?? extend(prefix, entry);
    }
    return prefix.attributes;
  }

  /** The entry, or undefined where it is too long to be met again, holds a tensor, or came too late to be kept. */
  private shared(bytes: Uint8Array): Entry | undefined {
    if (bytes.length > LONGEST_SHARED) return undefined;
    const slot = hash(bytes) & (SLOTS - 1);
    const known = this.entries[slot];
    if (known !== undefined) return equal(known.bytes, bytes) ? known : undefined;
    const [key, attribute] = decode(bytes);
    return attribute.kind === 'tensor' ? undefined : (this.entries[slot] = { bytes, key, attribute });
  }
}

function extend(prefix: Prefix, entry: Entry): Prefix {
  const longer: Prefix = { attributes: new Map(prefix.attributes).set(entry.key, entry.attribute), longer: new Map() };
  prefix.longer.set(entry, longer);
  return longer;
}

function readOwn(fields: readonly Uint8Array[]): Attributes {
  return new Map(fields.map(decode));
}

function decode(bytes: Uint8Array): [string, Attribute] {
  const { key, value } = AttrEntry.decode(readerOf(bytes)) as unknown as { key: string; value: Uint8Array };
  return [key, attributeFromBytes(value.length > 0 ? value : new Uint8Array())];
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) value = Math.imul(value ^ bytes[i]!, 0x01000193);
  return value;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
