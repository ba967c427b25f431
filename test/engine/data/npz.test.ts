import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../../src/engine/data/npy';
import { readNpz, writeNpz } from '../../../src/engine/data/npz';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { memorySource } from '../../support/memoryFile';

const read = (bytes: Uint8Array): Promise<Map<string, Tensor>> => readNpz(memorySource(bytes, 'data.npz'));
const arrays = await read(readFileSync('test/fixtures/arrays.npz'));
const numbers = (name: string): number[] => Array.from(arrays.get(name)!.data as ArrayLike<number | bigint>, Number);

describe('reading NumPy files', () => {
  it.each([
    ['f4', 'float32'], ['f8', 'float64'], ['i1', 'int8'], ['i2', 'int16'], ['i4', 'int32'], ['i8', 'int64'],
    ['u1', 'uint8'], ['u2', 'uint16'], ['u4', 'uint32'], ['u8', 'uint64'],
    ['big_endian', 'float32'], ['big_endian_int64', 'int64'], ['fortran', 'int32'], ['version2', 'int32'], ['version3', 'int32'],
  ])('reads %s as %s', (name, dtype) => {
    expect(arrays.get(name)).toMatchObject({ dtype, shape: [2, 3] });
    expect(numbers(name)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('keeps float16 as bits', () => {
    expect(arrays.get('f2')!.dtype).toBe('float16');
    expect(numbers('f2')).toEqual([0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500]);
  });

  it('reads bool, complex, bytes, scalars and empty arrays', () => {
    expect(numbers('bool')).toEqual([0, 1, 0, 1, 0, 1]);
    expect(numbers('c8')).toEqual([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0]);
    expect(arrays.get('text')).toEqual({ dtype: 'string', shape: [3], data: [strToU8('ab'), strToU8(''), strToU8('abc')] });
    expect(arrays.get('scalar')).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(2.5) });
    expect(arrays.get('empty')).toEqual({ dtype: 'float32', shape: [0, 4], data: new Float32Array(0) });
  });

  it('brings three axes of Fortran order into row-major order', () => {
    expect(arrays.get('fortran3')!.shape).toEqual([2, 3, 4]);
    expect(numbers('fortran3')).toEqual(Array.from({ length: 24 }, (_, index) => index));
  });
});

describe('refusing NumPy files', () => {
  const npy = (header: string, content = new Uint8Array(0)): Uint8Array => {
    const text = strToU8(header);
    return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 0xff, text.length >> 8, ...text, ...content]);
  };
  const described = (descr: string, shape: string): Uint8Array => npy(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`);

  it('refuses pickled objects', async () => {
    await expect(read(readFileSync('test/fixtures/objects.npz'))).rejects.toThrow(/"objects" cannot be read: it holds Python objects/);
  });

  it.each([
    ['a truncated array', described('<f4', '2, 3'), /truncated: shape \(2, 3\) of float32 needs 24 bytes, 0 are there/],
    ['a size that would overflow', described('<f8', '4294967296, 4294967296'), /too large/],
    ['an unknown type', described('<U4', '2,'), /element type <U4 is not supported/],
    ['named fields', npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"), /named fields/],
    ['a negative size', described('<f4', '-1,'), /header cannot be read/],
    ['another format', strToU8('not numpy at all'), /is no \.npy array/],
    ['a header cut short', npy('').subarray(0, 9), /is no \.npy array/],
    ['a future version', Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 9, 0, 0, 0]), /version 9 is unknown/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readNpy(bytes, 'x')).toThrow(message);
  });

  it('refuses what is no zip, a zip cut short and a zip without arrays', async () => {
    await expect(read(strToU8('PK but not really'))).rejects.toThrow(/no readable zip archive/);
    await expect(read(readFileSync('test/fixtures/arrays.npz').subarray(0, 2000))).rejects.toThrow(/no readable zip archive/);
    await expect(read(zipSync({ 'a.txt': strToU8('x') }))).rejects.toThrow(/holds no arrays/);
  });
});

describe('writing NumPy files', () => {
  it('writes what it reads', async () => {
    const written = await read(writeNpz(arrays));
    expect(written).toEqual(arrays);
  });

  it('writes the header NumPy writes', () => {
    const bytes = writeNpy({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) });
    expect(bytes.length).toBe(128 + 12);
    expect(new TextDecoder().decode(bytes.subarray(10, 128)).trimEnd()).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
  });

  it('writes bfloat16 as float32', async () => {
    const tensor: Tensor = { dtype: 'bfloat16', shape: [2], data: Uint16Array.of(0x3f80, 0xc040) };
    expect((await read(writeNpz(new Map([['y', tensor]])))).get('y')).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(1, -3) });
  });
});
