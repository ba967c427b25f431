import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../../src/engine/errors';
import { crc32c, maskedCrc32c } from '../../../../../src/engine/formats/tensorflow/savedModel/crc32c';
import { decompressSnappy } from '../../../../../src/engine/formats/tensorflow/savedModel/snappy';
import { readSortedTable } from '../../../../../src/engine/formats/tensorflow/savedModel/sortedTable';
import { openTensorBundle } from '../../../../../src/engine/formats/tensorflow/savedModel/tensorBundle';
import { parseShapeAndSlice, sliceKey } from '../../../../../src/engine/formats/tensorflow/savedModel/tensorSlice';
import type { OpenBeside } from '../../../../../src/engine/host';
import { memorySource } from '../../../../support/memoryFile';

const FOLDER = 'test/fixtures/saved_models/partitioned/variables';
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(`${FOLDER}/${name}`));
const FILES: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  ['variables.index', 'variables.data-00000-of-00002', 'variables.data-00001-of-00002'].map((name) => [name, file(name)]));

/** The bundle with some files in the place of its own; undefined for one that is not there. */
function bundleWith(changed: Readonly<Record<string, Uint8Array | undefined>>) {
  const files = { ...FILES, ...changed };
  const beside: OpenBeside = async (path) => {
    const name = path.replace('variables/', '');
    const bytes = files[name];
    if (bytes === undefined) throw new UserError('Cannot read it: there is no such file or folder', { file: name });
    return memorySource(bytes, name);
  };
  return openTensorBundle('variables/variables', beside);
}

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).oneLine;
};

const floats = (bytes: Uint8Array): number[] => [...new Float32Array(bytes.slice().buffer)];

/** The index with one byte of its first block changed by `change`, the block's checksum being right again unless `broken`. */
function changedIndex(at: (block: Uint8Array, end: number) => void, broken = false): Uint8Array {
  const bytes = FILES['variables.index']!.slice();
  // The first block's end is where the type byte and a checksum that fits follow.
  const view = new DataView(bytes.buffer);
  let end = 1;
  while (maskedCrc32c(bytes.subarray(0, end + 1)) !== view.getUint32(end + 1, true)) end++;
  at(bytes, end);
  if (!broken) view.setUint32(end + 1, maskedCrc32c(bytes.subarray(0, end + 1)), true);
  return bytes;
}

describe('checksums', () => {
  it('are those of RFC 3720, for any length', () => {
    const text = (content: string): Uint8Array => new TextEncoder().encode(content);
    expect(crc32c(text('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });
});

describe('decompressSnappy', () => {
  it('copies literals and what was written before, overlapping too', () => {
    // 'ab' as a literal, a copy of 4 from 2 back (two-byte form), then a copy of 6 from 6 back (one-byte form).
    const block = Uint8Array.of(12, (2 - 1) << 2, 0x61, 0x62, ((4 - 1) << 2) | 2, 2, 0, ((6 - 4) << 2) | 1, 6);
    expect(new TextDecoder().decode(decompressSnappy(block, 100))).toBe('abababababab');
  });

  it.each([
    ['a copy from before the block', [4, 0x00, 0x61, ((4 - 1) << 2) | 2, 9, 0]],
    ['a literal beyond the end', [9, (9 - 1) << 2, 0x61]],
    ['a length no block can have', [0xff, 0xff, 0xff, 0x7f]],
    ['less than it states', [5, 0x00, 0x61]],
  ])('refuses %s', (_, bytes) => {
    expect(() => decompressSnappy(Uint8Array.from(bytes), 100)).toThrow(RangeError);
  });
});

describe('slices', () => {
  it('are written in shape_and_slices as TensorFlow writes them', () => {
    expect(parseShapeAndSlice('')).toBeUndefined();
    expect(parseShapeAndSlice('7 4 3,2:-')).toEqual([{ start: 3, length: 2 }, { start: 0, length: undefined }]);
    expect(() => parseShapeAndSlice('7 4 3:-')).toThrow('is no slice');
  });

  it('have keys in the order-preserving code', () => {
    const code = (start: number, length: number | undefined): string => sliceKey('a\0', [{ start, length }]);
    expect(code(0, undefined)).toBe('\0a\0\xff\0\x01\x01\x01\x80\x7f');
    expect(code(63, 64)).toBe('\0a\0\xff\0\x01\x01\x01\xbf\xc0\x40');
    expect(code(8191, 8192)).toBe('\0a\0\xff\0\x01\x01\x01\xdf\xff\xe0\x20\x00');
  });
});

describe('a tensor bundle', () => {
  it('gives variables of two data files, whole or in slices', async () => {
    const bundle = await bundleWith({});
    const bias = await bundle.read('layer/bias');
    expect([bias.dtype, bias.shape]).toEqual(['float32', [7]]);
    expect(floats(bias.bytes)).toEqual(floats(FILES['variables.data-00001-of-00002']!));
    const whole = await bundle.read('layer/weights');
    expect(whole.shape).toEqual([7, 4]);
    expect(floats(whole.bytes)).toEqual(floats(FILES['variables.data-00000-of-00002']!));
    const stored = await bundle.read('layer/weights', parseShapeAndSlice('7 4 3,2:0,4'));
    expect(floats(stored.bytes)).toEqual(floats(whole.bytes).slice(12, 20));
    const other = await bundle.read('layer/weights', parseShapeAndSlice('7 4 2,3:1,2'));
    expect(floats(other.bytes)).toEqual([2, 3, 4].flatMap((row) => floats(whole.bytes).slice(row * 4 + 1, row * 4 + 3)));
    await expect(bundle.read('layer/weights', parseShapeAndSlice('7 4 6,2:-'))).rejects.toThrow('damaged');
  });

  it('says which variable has no value', async () => {
    const bundle = await bundleWith({});
    expect(bundle.has('layer/bias')).toBe(true);
    expect(bundle.has('layer/biases')).toBe(false);
    expect(await failure(bundle.read('layer/biases'))).toBe('variables.index: the variables have no value for "layer/biases". Copy or export the whole model again, with the files of its variables');
  });

  it('names the file that is missing, cut off or damaged, and what to do', async () => {
    expect(await failure(bundleWith({ 'variables.index': undefined }))).toMatch(/^variables\.index: Cannot read it: .*Copy or export the whole model again, with the files of its variables$/);
    const data = 'variables.data-00000-of-00002';
    const weights = async (changed: Uint8Array | undefined): Promise<string> => failure((await bundleWith({ [data]: changed })).read('layer/weights'));
    expect(await weights(undefined)).toMatch(/^variables\.data-00000-of-00002: Cannot read it/);
    expect(await weights(FILES[data]!.subarray(0, 100))).toMatch(/^variables\.data-00000-of-00002: the file is cut off: "layer\/weights" would end at byte 112 of 100/);
    const damaged = FILES[data]!.slice();
    damaged[3]! ^= 1;
    expect(await weights(damaged)).toMatch(/^variables\.data-00000-of-00002: the checksum of "layer\/weights" is wrong: the file is damaged/);
    const rest = await (await bundleWith({ [data]: undefined })).read('layer/bias');
    expect(rest.bytes).toHaveLength(28);
  });

  it('notices every truncation of the index', async () => {
    const index = FILES['variables.index']!;
    for (let size = 0; size < index.length; size++) {
      expect(await failure(bundleWith({ 'variables.index': index.subarray(0, size) }))).toMatch(/^variables\.index: the index of the variables is cut off or damaged/);
    }
  });

  it('notices every changed bit of the index', async () => {
    for (let at = 0; at < FILES['variables.index']!.length; at++) {
      const bytes = FILES['variables.index']!.slice();
      bytes[at]! ^= 1 << at % 8;
      const outcome = await bundleWith({ 'variables.index': bytes }).then((bundle) => bundle.read('layer/weights'), (error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(UserError);
      else expect(outcome).toMatchObject({ shape: [7, 4] });
    }
  });

  it('checks blocks of the index', () => {
    expect(() => readSortedTable(changedIndex((bytes) => (bytes[5]! ^= 1), true), 'i')).toThrow('the checksum of the block at 0 is wrong');
    expect(() => readSortedTable(changedIndex((bytes, end) => (bytes[end] = 4)), 'i')).toThrow('is compressed by method 4, which this version does not know');
    expect(() => readSortedTable(changedIndex((bytes, end) => (bytes[end] = 1)), 'i')).toThrow('cut off or damaged');
  });
});
