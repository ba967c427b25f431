import { Inflate } from 'fflate';
import { UserError } from '../errors';
import type { ByteSource } from '../host';

/** A file in a zip archive. Sizes in bytes. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its own header starts. */
  readonly start: number;
}

/** Bytes read at a time. */
const PIECE = 1 << 20;
/** So many packed bytes become a thousand times as many at most, which come in one. */
const INFLATED_AT_ONCE = 1 << 15;
const END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;
const HEADER_LENGTH = 30;
const SIGNATURE = { header: 0x04034b50, entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 };
/** In a field of 32 bits: the number is in the extra field of 64-bit numbers. */
const IN_EXTRA = 0xffffffff;
/** Deflate makes no byte into more than these (zlib's technical notes, "Maximum Compression Factor"). */
const LARGEST_EXPANSION = 1032;

/** The entries of a zip archive, by its directory (PKWARE's APPNOTE.TXT 6.3, section 4.3, with zip64). Throws UserError where there is none. */
export async function zipEntries(source: ByteSource): Promise<ZipEntry[]> {
  const { count, start, size } = await findDirectory(source);
  if (start + size > source.size) throw broken('its directory is cut off');
  const view = viewOf(await source.read(start, start + size));
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== SIGNATURE.entry) throw broken('its directory is damaged');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    const end = at + 46 + nameLength + extraLength;
    if (end > view.byteLength) throw broken('its directory is damaged');
    const name = new TextDecoder().decode(bytesIn(view, at + 46, nameLength));
    if ((view.getUint16(at + 8, true) & 1) !== 0) throw broken(`"${name}" is encrypted`);
    const wide = wideNumbers(view, end - extraLength, end);
    const [size, packedSize, start] = [24, 20, 42].map((field) => {
      const number = view.getUint32(at + field, true);
      return number === IN_EXTRA ? (wide.shift() ?? number) : number;
    }) as [number, number, number];
    entries.push({ name, method: view.getUint16(at + 10, true), packedSize, size, start });
    at = end + commentLength;
  }
  return entries;
}

/** Where in the file the packed content of an entry is. Throws UserError where the file has none there. */
export async function packedRange(source: ByteSource, entry: ZipEntry): Promise<{ readonly start: number; readonly end: number }> {
  const header = viewOf(await readWithin(source, entry.start, entry.start + HEADER_LENGTH));
  if (header.getUint32(0, true) !== SIGNATURE.header) throw broken(`"${entry.name}" is not where its directory says`);
  const start = entry.start + HEADER_LENGTH + header.getUint16(26, true) + header.getUint16(28, true);
  const end = start + entry.packedSize;
  if (end > source.size) throw broken(`"${entry.name}" is cut off`);
  return { start, end };
}

/** The content of an entry of at most `limit` bytes. Throws UserError for a larger one and for damaged content. */
export async function readEntry(source: ByteSource, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  if (entry.size > limit) throw broken(`"${entry.name}" has ${entry.size} bytes, more than the ${limit} it can have`);
  if (entry.size > entry.packedSize * LARGEST_EXPANSION) throw broken(`"${entry.name}" is shorter than its directory says`);
  const bytes = new Uint8Array(entry.size);
  let at = 0;
  await unpack(source, entry, (piece) => {
    bytes.set(piece, at);
    at += piece.length;
  });
  return bytes;
}

/** Hands the content of an entry on, piece by piece; memory does not grow with its size. Throws UserError for damaged content. */
export async function unpack(source: ByteSource, entry: ZipEntry, take: (piece: Uint8Array) => void): Promise<void> {
  const { start, end } = await packedRange(source, entry);
  let left = entry.size;
  const handOn = (piece: Uint8Array): void => {
    if (piece.length > left) throw broken(`"${entry.name}" is longer than its directory says`);
    left -= piece.length;
    take(piece);
  };
  const push = pusher(entry, handOn);
  for (let at = start; at < end; at += PIECE) push(await source.read(at, Math.min(at + PIECE, end)), at + PIECE >= end);
  if (left > 0) throw broken(`"${entry.name}" is shorter than its directory says`);
}

function pusher({ method, name }: ZipEntry, take: (piece: Uint8Array) => void): (packed: Uint8Array, isLast: boolean) => void {
  if (method === 0) return take;
  if (method !== 8) throw broken(`"${name}" is compressed by method ${method}, which is not supported`);
  const inflate = new Inflate(take);
  return (packed, isLast) => {
    try {
      for (let at = 0; at < packed.length; at += INFLATED_AT_ONCE) {
        inflate.push(packed.subarray(at, at + INFLATED_AT_ONCE), isLast && at + INFLATED_AT_ONCE >= packed.length);
      }
    } catch (error) {
      throw error instanceof UserError ? error : broken(`"${name}" is damaged: ${(error as Error).message}`);
    }
  };
}

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly size: number;
}

/** The directory is told of at the end of the file, before a comment. */
async function findDirectory(source: ByteSource): Promise<Directory> {
  const from = Math.max(0, source.size - END_LENGTH - LONGEST_COMMENT);
  const view = viewOf(await source.read(from, source.size));
  let at = view.byteLength - END_LENGTH;
  while (at >= 0 && view.getUint32(at, true) !== SIGNATURE.end) at--;
  if (at < 0) throw broken('it has no directory');
  const directory = { count: view.getUint16(at + 10, true), size: view.getUint32(at + 12, true), start: view.getUint32(at + 16, true) };
  const isWide = at >= 20 && view.getUint32(at - 20, true) === SIGNATURE.locator64;
  if (!isWide) return directory;
  const start = Number(view.getBigUint64(at - 12, true));
  const wide = viewOf(await readWithin(source, start, start + 56));
  if (wide.getUint32(0, true) !== SIGNATURE.end64) throw broken('its directory is damaged');
  const [count, size, first] = [32, 40, 48].map((field) => Number(wide.getBigUint64(field, true))) as [number, number, number];
  return { count, size, start: first };
}

/** The numbers of the extra field with id 1 (zip64), in the order of the fields they stand in for. */
function wideNumbers(view: DataView, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const count = Math.min(view.getUint16(at + 2, true), end - at - 4) >> 3;
    return Array.from({ length: count }, (_, index) => Number(view.getBigUint64(at + 4 + 8 * index, true)));
  }
  return [];
}

async function readWithin(source: ByteSource, start: number, end: number): Promise<Uint8Array> {
  if (end > source.size) throw broken('it is cut off');
  return source.read(start, end);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesIn(view: DataView, start: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, length);
}

function broken(what: string): UserError {
  return new UserError(`The file is no readable zip archive: ${what}`);
}
