import { UserError } from '../../../errors';
import type { ByteSource } from '../../../host';
import { LARGEST_PICKLE, type Pickle, readPickle } from './pickle';
import { PickleCutOff } from './pickleReader';
import { entry, itemsOf } from './pickleValues';
import { isCount, type StorageRecord, storageReference } from './storages';
import { bytesPerTorchElement } from './torchTypes';
import type { TorchSave } from './torchSave';

/** The first pickle of a file torch.save wrote before torch 1.6, or with `_use_new_zipfile_serialization=False` (torch/serialization.py). */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const LONGEST_MAGIC = 32;
const FIRST_PIECE = 2 ** 20;

/** Whether a file that starts so was written by torch.save in its old form. `start`: 32 bytes, or all there are. */
export function isLegacySave(start: Uint8Array): boolean {
  try {
    return readPickle(start.subarray(0, LONGEST_MAGIC)).value === MAGIC;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/**
 * Reads torch.save's old form: five pickles (magic number, protocol, the machine's sizes, what was saved, keys of
 * storages), then for each key the number of elements in 8 bytes and the elements. Throws UserError for damaged bytes.
 */
export async function readLegacySave(source: ByteSource): Promise<TorchSave> {
  const [, , machine, saved, keys] = await picklesAtStart(source, 5);
  const bytesPerElement = new Map<string, number>();
  for (const reference of saved!.references) {
    const storage = storageReference(reference);
    if (storage !== undefined && !bytesPerElement.has(storage.key)) bytesPerElement.set(storage.key, bytesPerTorchElement(storage.type)!);
  }
  const storages = new Map<string, StorageRecord>();
  let at = keys!.end;
  for (const key of itemsOf(keys!.value) ?? []) {
    const width = typeof key === 'string' ? bytesPerElement.get(key) : undefined;
    if (typeof key !== 'string' || width === undefined) throw damaged('it has a storage that nothing uses');
    const start = at + 8;
    if (start > source.size) throw damaged(`storage "${key}" is cut off`);
    const elements = Number(new DataView((await source.read(at, start)).slice().buffer).getBigUint64(0, true));
    const end = start + elements * width;
    if (!isCount(end) || end > source.size) throw damaged(`storage "${key}" is cut off`);
    storages.set(key, { key, size: end - start, start, end, isDeflated: false });
    at = end;
  }
  return { value: saved!.value, storages, isBigEndian: entry(machine!.value, 'little_endian') === false };
}

/** Weights follow the pickles, so no more is read than they need. */
async function picklesAtStart(source: ByteSource, count: number): Promise<Pickle[]> {
  const most = Math.min(source.size, LARGEST_PICKLE);
  for (let length = Math.min(FIRST_PIECE, most); ; length = Math.min(4 * length, most)) {
    const bytes = await source.read(0, length);
    try {
      const pickles: Pickle[] = [];
      while (pickles.length < count) pickles.push(readPickle(bytes, pickles.at(-1)?.end));
      return pickles;
    } catch (error) {
      if (!(error instanceof PickleCutOff) || length === most) throw error;
    }
  }
}

function damaged(what: string): UserError {
  return new UserError(`the file is damaged: ${what}`, { hint: 'Download the file or save it with torch.save again' });
}
