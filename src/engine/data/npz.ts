import { zipSync } from 'fflate';
import { UserError } from '../errors';
import type { Tensor } from '../graph/tensor';
import type { ArraySource, ByteSource } from '../host';
import { widened } from '../runtime/halfPrecision';
import { readNpy, writeNpy } from './npy';
import { npySurvey } from './npySurvey';
import type { ArraySummary } from './summary';
import { unpack, type ZipEntry, zipEntries } from './zip';

/** Sum of unpacked sizes above which a file is refused, so that a small hostile zip cannot fill the memory. */
const MAX_UNPACKED_BYTES = 8 * 2 ** 30;
const PIECE_BYTES = 2 ** 22;

/**
 * Reads every array of a .npz file (a zip of .npy files, numpy.savez), by name. Throws UserError for a broken zip, an
 * array that cannot be read, or a file without arrays.
 */
export async function readNpz(source: ByteSource): Promise<Map<string, Tensor>> {
  const arrays = new Map<string, Tensor>();
  for (const entry of await arrayEntries(source)) {
    const name = arrayName(entry);
    arrays.set(name, readNpy(await orSaveAgain(content(source, entry)), name));
  }
  return arrays;
}

/** As `readNpz`, also for a folder of .npy files (numpy.save). */
export async function readArrays(source: ArraySource): Promise<Map<string, Tensor>> {
  if (isNpz(source)) return readNpz(source);
  const arrays = new Map<string, Tensor>();
  for (const file of npyFiles(source)) arrays.set(npyName(file), readNpy(await file.read(0, file.size), npyName(file)));
  return arrays;
}

/** As `surveyNpz`, also for a folder of .npy files. */
export async function surveyArrays(source: ArraySource, tell: (name: string, summary: ArraySummary) => void): Promise<void> {
  if (isNpz(source)) return surveyNpz(source, tell);
  for (const file of npyFiles(source)) {
    const survey = npySurvey(npyName(file));
    for (let start = 0; start < file.size; start += PIECE_BYTES) survey.push(await file.read(start, Math.min(file.size, start + PIECE_BYTES)));
    tell(npyName(file), survey.end());
  }
}

function isNpz(source: ArraySource): source is ByteSource {
  return !Array.isArray(source);
}

/** Throws UserError where there is none, or more than is read. */
function npyFiles(files: readonly ByteSource[]): readonly ByteSource[] {
  if (files.length === 0) throw new UserError('The folder holds no .npy files', { hint: 'Save each array there with numpy.save' });
  if (files.reduce((sum, { size }) => sum + size, 0) > MAX_UNPACKED_BYTES) throw new UserError('The arrays in the folder are more than 8 GiB', { hint: 'Save fewer samples' });
  return files;
}

function npyName({ name }: ByteSource): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1, -'.npy'.length);
}

/** As `readNpz`, but only what there is to say of each array: takes time, but no memory. An array is told of once it is read. */
export async function surveyNpz(source: ByteSource, tell: (name: string, summary: ArraySummary) => void): Promise<void> {
  for (const entry of await arrayEntries(source)) {
    const name = arrayName(entry);
    const survey = npySurvey(name);
    await orSaveAgain(unpack(source, entry, survey.push));
    tell(name, survey.end());
  }
}

async function arrayEntries(source: ByteSource): Promise<ZipEntry[]> {
  const entries = (await orSaveAgain(zipEntries(source))).filter(({ name }) => name.endsWith('.npy'));
  if (entries.length === 0) throw new UserError('The .npz file holds no arrays', { hint: 'Save the data with numpy.savez' });
  const unpacked = entries.reduce((sum, { size }) => sum + size, 0);
  if (unpacked > MAX_UNPACKED_BYTES) throw new UserError('The .npz file unpacks to more than 8 GiB', { hint: 'Save fewer samples' });
  return entries;
}

/** The same error, with what to do about a damaged archive. */
async function orSaveAgain<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof UserError ? error.at({ hint: 'Save the data again with numpy.savez' }) : error;
  }
}

function arrayName({ name }: ZipEntry): string {
  return name.slice(0, -'.npy'.length);
}

async function content(source: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  const bytes = allocate(entry);
  let at = 0;
  await unpack(source, entry, (piece) => {
    bytes.set(piece, at);
    at += piece.length;
  });
  return bytes;
}

function allocate(entry: ZipEntry): Uint8Array {
  try {
    return new Uint8Array(entry.size);
  } catch {
    throw new UserError(`There is no memory for the array "${arrayName(entry)}" of ${entry.size} bytes`, { hint: 'Save fewer samples' });
  }
}

/** Writes arrays as an uncompressed .npz file, as numpy.savez does; bfloat16 arrays become float32. */
export function writeNpz(arrays: ReadonlyMap<string, Tensor>): Uint8Array {
  const files = [...arrays].map(([name, tensor]) => [`${name}.npy`, writeNpy(tensor.dtype === 'bfloat16' ? widened(tensor) : tensor)] as const);
  return zipSync(Object.fromEntries(files), { level: 0 });
}
