import { readEntry, type ZipEntry, zipEntries } from '../../data/zip';
import { UserError } from '../../errors';
import type { ByteSource, Progress } from '../../host';

/** A zip archive as PyTorch writes them: records in a folder named after the file. */
export interface Archive {
  /** Name of the folder all records are in; empty where there is none. */
  readonly root: string;
  /** Content by name without the folder, in the order of the file. */
  readonly records: ReadonlyMap<string, Uint8Array>;
  /** Was read from the layout of torch 2.8 or older. */
  readonly wasEarlier?: boolean;
}

/** Deflated records may come to so many times the size of the file, and this much besides. */
const LARGEST_EXPANSION = 64;
const ALWAYS_ALLOWED = 16 * 2 ** 20;

/** Reads all records of an archive. Throws UserError for a damaged archive, and for one that unpacks to far more than its size. */
export async function readArchive(source: ByteSource, progress: Progress): Promise<Archive> {
  const entries = (await zipEntries(source)).filter(({ name }) => !name.endsWith('/'));
  checkSizes(entries, source);
  const root = commonFolder(entries);
  const records = new Map<string, Uint8Array>();
  for (const [index, entry] of entries.entries()) {
    progress.throwIfCancelled();
    progress.report('Reading the file', index / entries.length);
    const name = root === '' ? entry.name : entry.name.slice(root.length + 1);
    if (records.has(name)) throw new UserError(`the archive has two records named "${name}"`, { hint: 'Export the model again' });
    records.set(name, await readEntry(source, entry, entry.method === 0 ? entry.packedSize : Infinity));
  }
  return { root, records };
}

function checkSizes(entries: readonly ZipEntry[], source: ByteSource): void {
  let [packed, unpacked] = [0, 0];
  for (const { packedSize, size } of entries) {
    packed += packedSize;
    unpacked += size;
  }
  if (packed > source.size) throw new UserError('its records are longer than the file', { hint: 'Download or export the model again' });
  if (unpacked > source.size * LARGEST_EXPANSION + ALWAYS_ALLOWED) {
    throw new UserError(`its records unpack to ${unpacked} bytes, far more than the file has`, { hint: 'Export the model again' });
  }
}

/** The folder of the first record, where all are in it. */
function commonFolder([first, ...others]: readonly ZipEntry[]): string {
  const end = first?.name.indexOf('/') ?? -1;
  const folder = end < 0 ? '' : first!.name.slice(0, end);
  return folder !== '' && others.every(({ name }) => name.startsWith(`${folder}/`)) ? folder : '';
}

/** Content of a record as text. Throws UserError for one that is no UTF-8 or too long for a string. */
export function textOf(record: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(record);
  } catch {
    throw new UserError(`"${name}" is no text that can be read`, { hint: 'Export the model again' });
  }
}
