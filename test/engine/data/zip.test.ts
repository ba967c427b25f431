import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { packedRange, readEntry, unpack, zipEntries } from '../../../src/engine/data/zip';
import { memorySource } from '../../support/memoryFile';

async function unzip(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const source = memorySource(bytes, 'data.npz');
  const files = new Map<string, Uint8Array>();
  for (const entry of await zipEntries(source)) {
    const pieces: Uint8Array[] = [];
    await unpack(source, entry, (piece) => pieces.push(piece.slice()));
    files.set(entry.name, new Uint8Array(Buffer.concat(pieces)));
  }
  return files;
}

/** One stored file with its sizes and places in 64-bit fields, as archives above 4 GiB have them. */
function zip64(content: Uint8Array): Uint8Array {
  const wide = (...numbers: readonly number[]): number[] => numbers.flatMap((number) => [...new Uint8Array(BigUint64Array.of(BigInt(number)).buffer)]);
  const long = (...numbers: readonly number[]): number[] => numbers.flatMap((number) => [...new Uint8Array(Uint32Array.of(number).buffer)]);
  const short = (...numbers: readonly number[]): number[] => numbers.flatMap((number) => [number & 0xff, number >> 8]);
  const none = 0xffffffff;
  const header = [...long(0x04034b50), ...short(45, 0, 0, 0, 0), ...long(0, none, none), ...short(1, 20), 0x61, ...short(1, 16), ...wide(content.length, content.length)];
  const start = header.length + content.length;
  const entry = [
    ...long(0x02014b50), ...short(45, 45, 0, 0, 0, 0), ...long(0, none, none), ...short(1, 28, 0, 0, 0), ...long(0, none),
    0x61, ...short(1, 24), ...wide(content.length, content.length, 0),
  ];
  const end64 = [...long(0x06064b50), ...wide(44), ...short(45, 45), ...long(0, 0), ...wide(1, 1, entry.length, start)];
  const locator = [...long(0x07064b50, 0), ...wide(start + entry.length), ...long(1)];
  const end = [...long(0x06054b50), ...short(0, 0, 0xffff, 0xffff), ...long(none, none), ...short(0)];
  return Uint8Array.from([...header, ...content, ...entry, ...end64, ...locator, ...end]);
}

const LARGE = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 2654435761) >>> 24);

describe('zip archives', () => {
  it.each([0, 6] as const)('are read at compression level %i, with files of any size', async (level) => {
    const files = { 'large.bin': LARGE, empty: new Uint8Array(), 'zeros/ü.bin': new Uint8Array(5_000_000) };
    const unzipped = await unzip(zipSync(files, { level }));
    expect([...unzipped.keys()]).toEqual(Object.keys(files));
    for (const [name, content] of Object.entries(files)) expect(Buffer.compare(unzipped.get(name)!, content), name).toBe(0);
  });

  it('are read with 64-bit sizes and a comment at the end', async () => {
    expect(await unzip(zip64(strToU8('content')))).toEqual(new Map([['a', strToU8('content')]]));
    const commented = Uint8Array.from([...zipSync({ a: strToU8('content') }), ...strToU8('a comment')]);
    expect(await unzip(commented)).toEqual(new Map([['a', strToU8('content')]]));
  });

  const whole = zipSync({ a: LARGE.subarray(0, 1000) }, { level: 6 });
  const directory = whole.length - 22 - 47;
  const changed = (...changes: readonly (readonly [at: number, byte: number])[]): Uint8Array => {
    const bytes = whole.slice();
    for (const [at, byte] of changes) bytes[at] = byte;
    return bytes;
  };
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'it has no directory'],
    ['something else', strToU8('PK but not really'), 'it has no directory'],
    ['the first half', whole.subarray(0, 500), 'it has no directory'],
    ['the second half', whole.subarray(500), 'its directory is cut off'],
    ['a directory of something else', changed([directory, 0]), 'its directory is damaged'],
    ['more entries than there are', changed([whole.length - 12, 9]), 'its directory is damaged'],
    ['an entry that is elsewhere', changed([directory + 42, 5]), '"a" is not where its directory says'],
    ['an entry beyond the end', changed([directory + 44, 9]), 'it is cut off'],
    ['an encrypted entry', changed([directory + 8, 1]), '"a" is encrypted'],
    ['an unknown method', changed([directory + 10, 93]), '"a" is compressed by method 93, which is not supported'],
    ['content that is no deflate stream', changed([31, 0xff], [32, 0xff]), '"a" is damaged'],
    ['more content than promised', changed([directory + 24, 1], [directory + 25, 0]), '"a" is longer than its directory says'],
    ['less content than promised', changed([directory + 26, 1]), '"a" is shorter than its directory says'],
  ])('are refused where there is %s', async (_, bytes, message) => {
    await expect(unzip(bytes)).rejects.toThrow(`The file is no readable zip archive: ${message}`);
  });

  it('say where the content of an entry is, and give it up to a size', async () => {
    const source = memorySource(whole, 'data.npz');
    const [entry] = await zipEntries(source);
    expect(await packedRange(source, entry!)).toEqual({ start: 31, end: directory });
    expect(await readEntry(source, entry!, 1000)).toEqual(LARGE.slice(0, 1000));
    await expect(readEntry(source, entry!, 999)).rejects.toThrow('"a" has 1000 bytes, more than the 999 it can have');
    await expect(readEntry(source, { ...entry!, size: 1e12 }, Infinity)).rejects.toThrow('"a" is shorter than its directory says');
  });
});
