import type { ByteSink } from '../host';
import { crc32 } from './crc32';

/** Content starts at multiples of so many bytes, so that it can be mapped into memory. */
const ALIGNMENT = 64;
const HEADER_LENGTH = 30;
/** Numbers from here on do not fit 32 bits; as a 32-bit number it says that the number is in the extra field. */
const WIDE = 0xffffffff;
const FLAGS = 0x0808; // Names are UTF-8; CRC and sizes follow the content.
const UINT16 = 0xffff;

interface Written {
  readonly name: Uint8Array;
  readonly size: number;
  readonly start: number;
  readonly crc: number;
}

/**
 * Writes a zip archive as PyTorch's does (caffe2/serialize/inline_container.cc and the miniz in it): stored, content
 * aligned through an extra field, sizes after the content, zip64 where numbers need it, without dates.
 */
export class ZipWriter {
  private readonly entries: Written[] = [];
  private at = 0;

  /** Numbers of `wideFrom` and more are written with 64 bits. */
  constructor(private readonly sink: ByteSink, private readonly wideFrom = WIDE) {}

  /** Adds a file of `size` bytes, given in pieces. */
  async add(name: string, size: number, pieces: Iterable<Uint8Array>): Promise<void> {
    const start = this.at;
    const nameBytes = new TextEncoder().encode(name);
    await this.append(localHeader(nameBytes, size, start, this.wideFrom));
    let crc = 0;
    let length = 0;
    for (const piece of pieces) {
      crc = crc32(piece, crc);
      length += piece.length;
      await this.append(piece);
    }
    if (length !== size) throw new Error(`${name} has ${length} bytes instead of ${size}`);
    await this.append(descriptor(crc, size, this.wideFrom));
    this.entries.push({ name: nameBytes, size, start, crc });
  }

  /** Writes the directory; nothing can be added afterwards. */
  async finish(): Promise<void> {
    const start = this.at;
    for (const entry of this.entries) await this.append(directoryEntry(entry, this.wideFrom));
    await this.append(directoryEnd(this.entries.length, this.at - start, start));
  }

  private async append(bytes: Uint8Array): Promise<void> {
    this.at += bytes.length;
    await this.sink.append(bytes);
  }
}

/** Bytes from numbers and bytes: `[value, width]`, least significant byte first. */
function bytesOf(...parts: readonly (readonly [number, 2 | 4 | 8] | Uint8Array)[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part[1]), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    if (part instanceof Uint8Array) bytes.set(part, at);
    else if (part[1] === 2) view.setUint16(at, part[0], true);
    else if (part[1] === 4) view.setUint32(at, part[0], true);
    else view.setBigUint64(at, BigInt(part[0]), true);
    at += part instanceof Uint8Array ? part.length : part[1];
  }
  return bytes;
}

function localHeader(name: Uint8Array, size: number, start: number, wideFrom: number): Uint8Array {
  const isWide = size >= wideFrom;
  const wide = isWide ? bytesOf([1, 2], [16, 2], [size, 8], [size, 8]) : new Uint8Array(0);
  const unpadded = start + HEADER_LENGTH + name.length + wide.length + 4;
  const padding = new Uint8Array((ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT).fill('Z'.charCodeAt(0));
  const extra = bytesOf(wide, new TextEncoder().encode('FB'), [padding.length, 2], padding);
  const stated = isWide ? WIDE : 0;
  return bytesOf(
    [0x04034b50, 4], [isWide ? 45 : 0, 2], [FLAGS, 2], [0, 2], [0, 4], [0, 4], [stated, 4], [stated, 4], [name.length, 2], [extra.length, 2], name, extra,
  );
}

function descriptor(crc: number, size: number, wideFrom: number): Uint8Array {
  const width = size >= wideFrom ? 8 : 4;
  return bytesOf([0x08074b50, 4], [crc, 4], [size, width], [size, width]);
}

function directoryEntry({ name, size, start, crc }: Written, wideFrom: number): Uint8Array {
  const numbers = [...(size >= wideFrom ? [size, size] : []), ...(start >= wideFrom ? [start] : [])].map((number) => [number, 8] as const);
  const in32 = (number: number): number => (number >= wideFrom ? WIDE : number);
  const extra = numbers.length === 0 ? new Uint8Array(0) : bytesOf([1, 2], [numbers.length * 8, 2], ...numbers);
  return bytesOf(
    [0x02014b50, 4], [0, 2], [numbers.length === 0 ? 0 : 45, 2], [FLAGS, 2], [0, 2], [0, 4], [crc, 4], [in32(size), 4], [in32(size), 4],
    [name.length, 2], [extra.length, 2], [0, 2], [0, 2], [0, 2], [0, 4], [in32(start), 4], name, extra,
  );
}

/** Always with the zip64 records. */
function directoryEnd(count: number, size: number, start: number): Uint8Array {
  return bytesOf(
    [0x06064b50, 4], [44, 8], [0x031e, 2], [45, 2], [0, 4], [0, 4], [count, 8], [count, 8], [size, 8], [start, 8],
    [0x07064b50, 4], [0, 4], [start + size, 8], [1, 4],
    [0x06054b50, 4], [0, 4], [Math.min(count, UINT16), 2], [Math.min(count, UINT16), 2], [Math.min(size, WIDE), 4], [Math.min(start, WIDE), 4], [0, 2],
  );
}
