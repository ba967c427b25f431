import { UserError } from '../../../errors';
import { maskedCrc32c } from './crc32c';
import { decompressSnappy } from './snappy';

/** Two block handles padded to 40 bytes, then the magic number. */
const FOOTER_BYTES = 48;
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** Compression type and checksum behind each block. */
const TRAILER_BYTES = 5;
/** Snappy's copies make at most 64 bytes of three. */
const LARGEST_EXPANSION = 32;

const RAW = 0;
const SNAPPY = 1;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads a sorted table of keys and values, the format of LevelDB (doc/table_format.md) that TensorFlow keeps the index of a
 * tensor bundle in (tensorflow/core/lib/io/format.cc). Keys are given as one character per byte, in the table's order;
 * values may be views of `bytes`. Throws UserError naming `file` for anything cut off or damaged.
 */
export function readSortedTable(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  try {
    const footer = bytes.subarray(bytes.length - FOOTER_BYTES);
    if (bytes.length < FOOTER_BYTES || !MAGIC.every((byte, i) => footer[FOOTER_BYTES - MAGIC.length + i] === byte)) {
      throw new RangeError('it does not end as such an index does');
    }
    const cursor = new Cursor(footer);
    cursor.handle(); // of the metaindex, which holds nothing we need
    for (const [, handle] of entriesOf(readBlock(bytes, cursor.handle(), file))) {
      for (const [key, value] of entriesOf(readBlock(bytes, new Cursor(handle).handle(), file))) entries.set(key, value);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`the index of the variables is cut off or damaged: ${error.message}`, { file, hint: 'Copy or export the SavedModel again' });
  }
  return entries;
}

function readBlock(bytes: Uint8Array, { offset, size }: Handle, file: string): Uint8Array {
  const end = offset + size;
  if (end + TRAILER_BYTES > bytes.length) throw new RangeError(`a block of ${size} bytes at ${offset} reaches beyond its end`);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + end + 1, 4).getUint32(0, true);
  if (maskedCrc32c(bytes.subarray(offset, end + 1)) !== stored) throw new RangeError(`the checksum of the block at ${offset} is wrong`);
  const raw = bytes.subarray(offset, end);
  const compression = bytes[end]!;
  if (compression === RAW) return raw;
  if (compression === SNAPPY) return decompressSnappy(raw, raw.length * LARGEST_EXPANSION);
  throw new UserError(`the index of the variables is compressed by method ${compression}, which this version does not know`, {
    file, hint: 'Load the SavedModel in TensorFlow and export it again',
  });
}

/** Entries of a block: each key says how many bytes it shares with the one before. */
function* entriesOf(block: Uint8Array): Generator<[string, Uint8Array]> {
  if (block.length < 4) throw new RangeError('a block is too short');
  const restarts = new DataView(block.buffer, block.byteOffset + block.length - 4, 4).getUint32(0, true);
  const end = block.length - 4 - 4 * restarts;
  if (end < 0) throw new RangeError('a block has too many restart points');
  const cursor = new Cursor(block.subarray(0, end));
  let key = '';
  while (!cursor.isAtEnd) {
    const shared = cursor.varint();
    const unshared = cursor.varint();
    const valueLength = cursor.varint();
    if (shared > key.length) throw new RangeError('a key shares more than the one before it has');
    key = key.slice(0, shared) + latin1(cursor.take(unshared));
    yield [key, cursor.take(valueLength)];
  }
}

const KEY_LIMIT = 1 << 16;

function latin1(bytes: Uint8Array): string {
  if (bytes.length > KEY_LIMIT) throw new RangeError('a key is too long');
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

class Cursor {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** A base-128 number of at most 53 bits. */
  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const byte = this.take(1)[0]!;
      value += (byte & 127) * factor;
      if (byte < 128 && Number.isSafeInteger(value)) return value;
    }
    throw new RangeError('a number is too large');
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() };
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError('an entry reaches beyond its block');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
