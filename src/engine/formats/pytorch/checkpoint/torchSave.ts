import { packedRange, readEntry, type ZipEntry } from '../../../data/zip';
import { UserError } from '../../../errors';
import type { ByteSource } from '../../../host';
import { LARGEST_PICKLE, readPickle } from './pickle';
import type { PickleReference, PickleValue } from './pickleValues';
import { storageReference, type StorageRecord } from './storages';

/** A file of torch.save, or a part of another archive in its form, as far as it is read without its weights. */
export interface TorchSave {
  /** What was saved. */
  readonly value: PickleValue;
  readonly storages: ReadonlyMap<string, StorageRecord>;
  readonly isBigEndian: boolean;
}

/** Where a zip archive keeps a pickle and the storages it refers to, as entry names. */
export interface PickleRecord {
  readonly pickle: string;
  /** Before and behind the key of a storage: `model/data/`, nothing. */
  readonly storages: string;
  readonly suffix?: string;
}

/** The pickle torch.save writes into a zip (since torch 1.6) is `ROOT/data.pkl`; undefined where there is none. */
export function savedRecord(entries: readonly ZipEntry[]): PickleRecord | undefined {
  const pickle = entries.find(({ name }) => /^([^/]+\/)?data\.pkl$/.test(name))?.name;
  return pickle === undefined ? undefined : { pickle, storages: `${pickle.slice(0, -'data.pkl'.length)}data/` };
}

/**
 * Reads a pickle of a zip archive, and where the storages are that it refers to; those that are missing are left out.
 * Throws UserError for damaged content.
 */
export async function readSavedZip(source: ByteSource, entries: readonly ZipEntry[], record: PickleRecord): Promise<TorchSave> {
  const named = new Map(entries.map((one) => [one.name, one]));
  const content = async (name: string, limit: number): Promise<Uint8Array | undefined> => {
    const one = named.get(name);
    return one && readEntry(source, one, limit);
  };
  const bytes = await content(record.pickle, LARGEST_PICKLE);
  if (bytes === undefined) throw new UserError(`the archive has no record "${record.pickle}"`, { hint: 'Save the model again' });
  const { value, references } = readPickle(bytes);
  const storages = new Map<string, StorageRecord>();
  for (const key of keysOf(references)) {
    const one = named.get(`${record.storages}${key}${record.suffix ?? ''}`);
    if (one === undefined) continue;
    const isDeflated = one.method !== 0;
    storages.set(key, { key, size: one.size, ...(await packedRange(source, one)), isDeflated });
  }
  const root = record.pickle.slice(0, record.pickle.lastIndexOf('/') + 1);
  const byteOrder = named.get(`${root}byteorder`)?.size === 'big'.length && new TextDecoder().decode(await content(`${root}byteorder`, 16));
  return { value, storages, isBigEndian: byteOrder === 'big' };
}

function keysOf(references: readonly PickleReference[]): Set<string> {
  return new Set(references.flatMap((reference) => storageReference(reference)?.key ?? []));
}
