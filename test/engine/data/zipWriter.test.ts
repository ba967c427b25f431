import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/engine/data/crc32';
import { packedRange, readEntry, zipEntries } from '../../../src/engine/data/zip';
import { ZipWriter } from '../../../src/engine/data/zipWriter';
import { memorySource, MemorySink } from '../../support/memoryFile';

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 37) ^ (index >> 8));

describe('CRC-32', () => {
  it.each([0, 1, 3, 4, 5, 7, 1000, 65537])('of %i bytes is that of zlib', (length) => {
    expect(crc32(bytes(length))).toBe(zlibCrc32(bytes(length)));
  });

  it('goes on from piece to piece', () => {
    expect(crc32(bytes(100).subarray(33), crc32(bytes(100).subarray(0, 33)))).toBe(crc32(bytes(100)));
  });
});

describe('writing zip archives', () => {
  it('stores content at multiples of 64 bytes', async () => {
    const sink = new MemorySink();
    const zip = new ZipWriter(sink);
    await zip.add('folder/a', 1000, [bytes(1000).subarray(0, 10), bytes(1000).subarray(10)]);
    await zip.add('folder/é', 0, []);
    await zip.add('b', 3, [bytes(3)]);
    await zip.finish();
    const source = memorySource(sink.bytes(), 'a.zip');
    const entries = await zipEntries(source);
    expect(entries.map(({ name, size, method }) => [name, size, method])).toEqual([['folder/a', 1000, 0], ['folder/é', 0, 0], ['b', 3, 0]]);
    for (const entry of entries) {
      expect((await packedRange(source, entry)).start % 64).toBe(0);
      expect(await readEntry(source, entry, 1000)).toEqual(bytes(entry.size));
    }
  });

  it('refuses pieces of another size than announced', async () => {
    const zip = new ZipWriter(new MemorySink());
    await expect(zip.add('a', 4, [bytes(3)])).rejects.toThrow('a has 3 bytes instead of 4');
  });

  it('says sizes and places in 64 bits where they need it', async () => {
    const sink = new MemorySink();
    const zip = new ZipWriter(sink, 1000);
    await zip.add('small', 3, [bytes(3)]);
    await zip.add('large', 1000, [bytes(1000)]);
    await zip.add('far', 3, [bytes(3)]);
    await zip.finish();
    const source = memorySource(sink.bytes(), 'a.zip');
    const entries = await zipEntries(source);
    expect(entries.map(({ name, size, packedSize }) => [name, size, packedSize])).toEqual([['small', 3, 3], ['large', 1000, 1000], ['far', 3, 3]]);
    for (const entry of entries) {
      expect((await packedRange(source, entry)).start % 64).toBe(0);
      expect(await readEntry(source, entry, 1000)).toEqual(bytes(entry.size));
    }
    expect(Buffer.from(sink.bytes()).includes(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))).toBe(true);
  });
});
