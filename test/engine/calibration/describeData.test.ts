import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { DataView as Described } from '../../../webview/protocol';
import { describeData } from '../../../src/engine/calibration/describeData';
import { matchInputs } from '../../../src/engine/calibration/matchInputs';
import { writeNpy } from '../../../src/engine/data/npy';
import { readArrays, readNpz, surveyNpz, writeNpz } from '../../../src/engine/data/npz';
import { type ArraySummary, summarize } from '../../../src/engine/data/summary';
import type { PartialShape } from '../../../src/engine/graph/attribute';
import type { DataType } from '../../../src/engine/graph/dataType';
import type { ModelInput } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { tensor } from '../../support/graphBuilder';
import { memorySource } from '../../support/memoryFile';

const input = (name: string, shape: PartialShape = [-1, 2], dtype: DataType = 'float32'): ModelInput => ({ name, value: { node: name, output: 0 }, dtype, shape });
const describeBytes = (bytes: Uint8Array, ...inputs: readonly ModelInput[]): Promise<Described> => describeData(memorySource(bytes, 'data.npz'), [{ signature: undefined, inputs, outputs: [] }]);
const describeArrays = (arrays: Record<string, Tensor>, ...inputs: readonly ModelInput[]): Promise<Described> => describeBytes(writeNpz(new Map(Object.entries(arrays))), ...inputs);
const pair = tensor('float32', [3, 2], [-1.5, 2, 0]);

describe('the summary of an array', () => {
  it('is the same whether the array is read as a whole or piece by piece', async () => {
    const source = memorySource(readFileSync('test/fixtures/arrays.npz'));
    const surveyed = new Map<string, ArraySummary>();
    await surveyNpz(source, (name, summary) => surveyed.set(name, summary));
    const read = await readNpz(source);
    expect(surveyed).toEqual(new Map([...read].map(([name, array]) => [name, summarize(array)])));
    expect([...surveyed.keys()]).toContain('fortran');
  });

  it('is the same for arrays in files of their own', async () => {
    const arrays = new Map([['x', pair], ['label', tensor('int64', [3], [1, 2, 0])]]);
    const files = [...arrays].map(([name, array]) => memorySource(writeNpy(array), `data/${name}.npy`));
    expect(await readArrays(files)).toEqual(arrays);
    const calls = [{ signature: undefined, inputs: [input('x')], outputs: [] }];
    expect(await describeData(files, calls)).toEqual(await describeData(memorySource(writeNpz(arrays)), calls));
    expect(await describeData([], calls)).toMatchObject({ problem: 'The folder holds no .npy files' });
  });

  it('counts every element of large arrays of each width, compressed or not', async () => {
    const size = 700_001;
    for (const dtype of ['uint8', 'int16', 'float32', 'float64', 'int64'] as const) {
      const array = tensor(dtype, [size], [1]);
      const data = array.data as Float32Array | BigInt64Array;
      data[size - 1] = (dtype === 'int64' ? 100n : 100);
      data[123_456] = (dtype === 'int64' ? 0n : 0);
      const stored = writeNpz(new Map([['x', array]]));
      const npy = stored.subarray(30 + 'x.npy'.length, stored.length - 22 - 46 - 'x.npy'.length);
      for (const bytes of [stored, zipSync({ 'x.npy': npy }, { level: 1 })]) {
        expect((await describeBytes(bytes)).arrays).toEqual([{ name: 'x', dtype, shape: [size], range: [0, 100], input: undefined }]);
      }
      expect(summarize((await readNpz(memorySource(stored))).get('x')!).range).toEqual([0, 100]);
    }
  });

  it.each<[string, Tensor, readonly [number, number] | undefined]>([
    ['half precision', tensor('float16', [2], [0x3c00, 0xc000]), [-2, 1]],
    ['booleans', tensor('bool', [2], [1, 0]), [0, 1]],
    ['long integers', tensor('int64', [2], [-5, 2 ** 40]), [-5, 2 ** 40]],
    ['unsigned bytes', tensor('uint8', [2], [7, 255]), [7, 255]],
    ['a scalar', tensor('float32', [], [3]), [3, 3]],
    ['nothing', tensor('float32', [0, 2], []), undefined],
    ['what is not finite only', tensor('float32', [2], [NaN, Infinity]), undefined],
    ['some that is not finite', tensor('float64', [3], [-Infinity, 4, 2]), [2, 4]],
    ['strings', { dtype: 'string', shape: [1], data: [strToU8('a')] }, undefined],
  ])('has the range of %s', async (_, array, range) => {
    expect((await describeArrays({ x: array })).arrays).toEqual([{ name: 'x', dtype: array.dtype, shape: array.shape, range, input: undefined }]);
  });
});

describe('calibration data', () => {
  it('is described beside the inputs it is for, and what no input wants beside none', async () => {
    const ids = tensor('int64', [3], [4]);
    expect(await describeArrays({ image: pair, 'ids:0': ids, labels: tensor('uint8', [5], [1]) }, input('image'), input('ids', [-1], 'int32'))).toEqual({
      samples: 3,
      arrays: [
        { name: 'image', dtype: 'float32', shape: [3, 2], range: [-1.5, 2], input: 'image' },
        { name: 'ids:0', dtype: 'int64', shape: [3], range: [4, 4], input: 'ids' },
        { name: 'labels', dtype: 'uint8', shape: [5], range: [1, 1], input: undefined },
      ],
      unserved: [],
      problem: undefined,
    });
  });

  it('is for the only input by any name, and has no number of samples where its arrays differ', async () => {
    expect(await describeArrays({ arr_0: pair }, input('image'))).toMatchObject({ samples: 3, arrays: [{ input: 'image' }], problem: undefined });
    expect(await describeArrays({ a: pair, b: tensor('float32', [4, 2], [1]) }, input('a'), input('b'))).toMatchObject({ samples: undefined });
  });

  it.each<[string, Record<string, Tensor>, ModelInput]>([
    ['a missing array', { labels: pair, other: pair }, input('image')],
    ['the wrong shape', { image: tensor('float32', [3, 3], [1]) }, input('image')],
    ['no samples', { image: tensor('float32', [0, 2], []) }, input('image')],
    ['the wrong type', { image: tensor('uint8', [3, 2], [1]) }, input('image')],
    ['integers that do not fit', { image: tensor('int64', [3, 2], [1, 2 ** 40]) }, input('image', [-1, 2], 'int32')],
    ['NaN', { image: tensor('float32', [3, 2], [1, NaN]) }, input('image')],
    ['infinity in half precision', { image: tensor('float16', [3, 2], [0x7c00]) }, input('image')],
  ])('has the problem that calibration would fail with: %s', async (_, arrays, wanted) => {
    const { problem, arrays: described } = await describeArrays(arrays, wanted);
    expect(described.map(({ name }) => name)).toEqual(Object.keys(arrays));
    expect(problem).toBeTypeOf('string');
    expect(() => matchInputs([wanted], new Map(Object.entries(arrays)))).toThrow(problem);
  });

  const npy = (descr: string, shape: string): Uint8Array => {
    const header = strToU8(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`);
    return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 0xff, header.length >> 8, ...header]);
  };
  /** A zip whose directory promises `size` bytes of each file. */
  const promising = (bytes: Uint8Array, size: number): Uint8Array => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let at = 0; at + 4 <= bytes.length; at++) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, size, true);
    return bytes;
  };
  it.each<[string, Uint8Array, string]>([
    ['no archive', strToU8('x,y\n1,2\n'), 'The file is no readable zip archive: it has no directory'],
    ['no arrays', zipSync({ 'readme.txt': strToU8('x') }), 'The .npz file holds no arrays'],
    ['no bytes', new Uint8Array(), 'The file is no readable zip archive: it has no directory'],
    ['an array cut short', zipSync({ 'x.npy': npy('<f4', '2, 3') }), 'The array "x" cannot be read: it is truncated: shape (2, 3) of float32 needs 24 bytes, 0 are there'],
    ['more elements than numbers can count', zipSync({ 'x.npy': npy('<f8', '4294967296, 4294967296') }), 'The array "x" cannot be read: its shape (4294967296, 4294967296) is too large'],
    ['no .npy file', zipSync({ 'x.npy': strToU8('hello') }), 'The array "x" cannot be read: it is no .npy array'],
    ['gigabytes', promising(zipSync({ 'x.npy': npy('<f4', '1'), 'y.npy': npy('<f4', '1'), 'z.npy': npy('<f4', '1') }), 0xfffffff0), 'The .npz file unpacks to more than 8 GiB'],
    ['a few bytes that unpack to many', promising(zipSync({ 'x.npy': new Uint8Array(50_000_000) }, { level: 9 }), 1000), 'The file is no readable zip archive: "x.npy" is longer than its directory says'],
  ])('that holds %s has a problem, not an error', async (_, bytes, problem) => {
    expect(await describeBytes(bytes, input('x'))).toMatchObject({ samples: undefined, problem });
  });

  it('is described up to the array that cannot be read', async () => {
    const objects = await describeBytes(zipSync({ 'a.npy': npy('<f4', '0,'), 'b.npy': npy('|O', '2,') }), input('a', [-1]));
    expect(objects).toMatchObject({ arrays: [{ name: 'a' }], problem: 'The array "b" cannot be read: it holds Python objects' });
  });
});
