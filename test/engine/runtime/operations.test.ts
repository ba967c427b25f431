import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { bfloat16Bits } from '../../../src/engine/graph/bfloat16';
import { float16Bits } from '../../../src/engine/graph/float16';
import { rounded, widened } from '../../../src/engine/runtime/halfPrecision';
import { erf, erfc } from '../../../src/engine/runtime/specialFunctions';
import { float } from '../../support/graphBuilder';
import { f32, i32, i64, runNodes, runOp } from './run';

const values = (tensor: Tensor): number[] => Array.from(widened(tensor).data as ArrayLike<number | bigint>, Number);
const T = { T: 'float32' } as const;

describe('elementwise ops', () => {
  it('broadcasts like NumPy', async () => {
    const [sum] = await runOp('AddV2', [f32([2, 1], 1, 2), f32([3], 10, 20, 30)], T);
    expect(sum).toEqual(f32([2, 3], 11, 21, 31, 12, 22, 32));
    await expect(runOp('AddV2', [f32([2], 1, 2), f32([3], 1, 2, 3)], T)).rejects.toThrow(/Shapes \[2\] and \[3\] cannot be broadcast/);
  });

  it.each([
    ['FloorDiv', [-3, 2, -4, 1]], ['TruncateDiv', [-2, 2, -3, 1]],
    ['FloorMod', [1, 1, 1, 0]], ['TruncateMod', [-1, 1, -1, 0]],
  ])('%s of int32 rounds as TensorFlow does', async (op, expected) => {
    const [result] = await runOp(op, [i32([4], -5, 5, -7, 1), i32([4], 2, 2, 2, 1)], { T: 'int32' });
    expect(values(result!)).toEqual(expected);
  });

  it('keeps 64-bit integers exact and wraps 32-bit ones', async () => {
    const big: Tensor = { dtype: 'int64', shape: [1], data: BigInt64Array.of(2n ** 62n + 1n) };
    expect((await runOp('Add', [big, i64([], 2)], { T: 'int64' }))[0]!.data).toEqual(BigInt64Array.of(2n ** 62n + 3n));
    expect(values((await runOp('Mul', [i32([1], 65537), i32([1], 65537)], { T: 'int32' }))[0]!)).toEqual([131073]);
    await expect(runOp('FloorDiv', [i32([1], 1), i32([1], 0)], { T: 'int32' })).rejects.toThrow(/division by zero/);
  });

  it('keeps NaN where TensorFlow does', async () => {
    expect(values((await runOp('Relu', [f32([4], -1, NaN, 2, -Infinity)], T))[0]!)).toEqual([0, NaN, 2, 0]);
    expect(values((await runOp('Relu6', [f32([3], NaN, 7, Infinity)], T))[0]!)).toEqual([NaN, 6, 6]);
    expect(values((await runOp('Maximum', [f32([2], NaN, 1), f32([2], 1, NaN)], T))[0]!)).toEqual([NaN, NaN]);
    expect(values((await runOp('Max', [f32([3], 1, NaN, 2), i32([1], 0)], { ...T, Tidx: 'int32' }))[0]!)).toEqual([NaN]);
    expect(values((await runOp('Equal', [f32([2], NaN, 1), f32([2], NaN, 1)], T))[0]!)).toEqual([0, 1]);
  });

  it('rounds halves to even', async () => {
    expect(values((await runOp('Round', [f32([6], 0.5, 1.5, 2.5, -0.5, -1.5, 2.4)], T))[0]!)).toEqual([0, 2, 2, -0, -2, 2]);
  });

  it('uses the default of an attribute that old graphs omit', async () => {
    expect(values((await runOp('LeakyRelu', [f32([1], -1)], T))[0]!)[0]).toBeCloseTo(-0.2, 6);
  });
});

describe('half precision', () => {
  it('rounds to bfloat16 nearest even', () => {
    // 1 + 2^-8 lies between 1 and 1 + 2^-7: even is 1. 1 + 3 * 2^-8 lies between 1 + 2^-7 and 1 + 2^-6: even is the latter.
    expect([1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, -Infinity, 0].map(bfloat16Bits)).toEqual([0x3f80, 0x3f82, 0x7f80, 0xff80, 0]);
    expect(Number.isNaN(values({ dtype: 'bfloat16', shape: [1], data: Uint16Array.of(bfloat16Bits(NaN)) })[0])).toBe(true);
  });

  it('rounds to float16 nearest even, with subnormals', () => {
    expect([1, 65504, 65520, 2 ** -24, 2 ** -25, 3 * 2 ** -26, -2].map(float16Bits)).toEqual([0x3c00, 0x7bff, 0x7c00, 1, 0, 1, 0xc000]);
  });

  it('widens every float16 value and rounds it back to itself', () => {
    const bits = Uint16Array.from({ length: 0x7c01 }, (_, index) => index);
    const wide = widened({ dtype: 'float16', shape: [bits.length], data: bits });
    expect(rounded(wide, 'float16').data).toEqual(bits);
  });

  it('computes a bfloat16 node in float32 and rounds its result', async () => {
    const half = (value: number): Tensor => rounded(f32([1], value), 'bfloat16');
    const [product] = await runOp('Mul', [half(1 + 2 ** -7), half(1 + 2 ** -7)], { T: 'bfloat16' });
    // (1 + 2^-7)^2 = 1 + 2^-6 + 2^-14, which rounds to 1 + 2^-6.
    expect(product!.dtype).toBe('bfloat16');
    expect(values(product!)).toEqual([1 + 2 ** -6]);
  });

  it('moves bfloat16 bits without arithmetic', async () => {
    const x: Tensor = { dtype: 'bfloat16', shape: [2, 1], data: Uint16Array.of(0x7fc1, 0x3f80) };
    const [y] = await runOp('Transpose', [x, i32([2], 1, 0)], { T: 'bfloat16', Tperm: 'int32' });
    expect(y).toEqual({ ...x, shape: [1, 2] });
  });
});

describe('matrix products', () => {
  it('transposes either side', async () => {
    const [a, b] = [f32([2, 3], 1, 2, 3, 4, 5, 6), f32([2, 3], 1, 0, 1, 0, 1, 0)];
    expect(await runOp('MatMul', [a, b], { ...T, transpose_b: true })).toEqual([f32([2, 2], 4, 2, 10, 5)]);
    expect(await runOp('MatMul', [a, b], { ...T, transpose_a: true })).toEqual([f32([3, 3], 1, 4, 1, 2, 5, 2, 3, 6, 3)]);
    await expect(runOp('MatMul', [a, b], T)).rejects.toThrow(/\[2,3\] and \[2,3\] cannot be multiplied/);
  });

  it('broadcasts batches, and gives zeros for an empty inner axis', async () => {
    const [a, b] = [f32([2, 1, 2], 1, 2, 3, 4), f32([2, 1], 10, 1)];
    expect(await runOp('BatchMatMulV2', [a, b], T)).toEqual([f32([2, 1, 1], 12, 34)]);
    expect(await runOp('MatMul', [f32([2, 0]), f32([0, 1])], T)).toEqual([f32([2, 1], 0, 0)]);
  });

  it('sums by an equation', async () => {
    expect(await runOp('Einsum', [f32([2, 2], 1, 2, 3, 4), f32([2, 2], 1, 1, 0, 1)], { ...T, equation: 'ij,jk->ik', N: 2 })).toEqual([f32([2, 2], 1, 3, 3, 7)]);
  });
});

describe('convolutions and pools', () => {
  const ramp = f32([1, 4, 4, 1], ...Array.from({ length: 16 }, (_, index) => index));
  const ones = f32([3, 3, 1, 1], ...new Array<number>(9).fill(1));

  it('pads SAME with the odd row at the end', async () => {
    // Stride 2 over 4 rows with 3 taps: one row of padding in all, below.
    const [y] = await runOp('Conv2D', [ramp, ones], { ...T, strides: [1, 2, 2, 1], padding: 'SAME' });
    expect(y).toEqual(f32([1, 2, 2, 1], 0 + 1 + 2 + 4 + 5 + 6 + 8 + 9 + 10, 2 + 3 + 6 + 7 + 10 + 11, 8 + 9 + 10 + 12 + 13 + 14, 10 + 11 + 14 + 15));
  });

  it('gives NCHW the same numbers', async () => {
    const [y] = await runOp('Conv2D', [{ ...ramp, shape: [1, 1, 4, 4] }, ones], { ...T, strides: [1, 1, 2, 2], padding: 'SAME', data_format: 'NCHW' });
    expect(y).toEqual(f32([1, 1, 2, 2], 45, 39, 66, 50));
  });

  it('convolves each channel on its own', async () => {
    const x = f32([1, 1, 2, 2], 1, 10, 2, 20);
    const [y] = await runOp('DepthwiseConv2dNative', [x, f32([1, 2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)], { ...T, strides: [1, 1, 1, 1], padding: 'VALID' });
    expect(y).toEqual(f32([1, 1, 1, 4], 1 + 2 * 5, 2 + 2 * 6, 10 * 3 + 20 * 7, 10 * 4 + 20 * 8));
  });

  it('undoes the shape of a strided convolution', async () => {
    const [y] = await runOp('Conv2DBackpropInput', [i32([4], 1, 3, 3, 1), f32([2, 2, 1, 1], 1, 2, 3, 4), f32([1, 2, 2, 1], 1, 1, 1, 1)], { ...T, strides: [1, 2, 2, 1], padding: 'SAME' });
    expect(y).toEqual(f32([1, 3, 3, 1], 1, 2, 1, 3, 4, 3, 1, 2, 1));
  });

  it('leaves padding out of averages and maxima', async () => {
    const window = { ...T, ksize: [1, 3, 3, 1], strides: [1, 3, 3, 1], padding: 'SAME' } as const;
    expect(await runOp('AvgPool', [ramp], window)).toEqual([f32([1, 2, 2, 1], 2.5, 4.5, 10.5, 12.5)]);
    expect(await runOp('MaxPool', [{ ...ramp, data: (ramp.data as Float32Array).map((x) => x - 100) }], window)).toEqual([f32([1, 2, 2, 1], -95, -93, -87, -85)]);
  });
});

describe('normalisation', () => {
  it('does not overflow in softmax', async () => {
    expect(values((await runOp('Softmax', [f32([1, 2], 1000, 1000)], T))[0]!)).toEqual([0.5, 0.5]);
    expect(values((await runOp('LogSoftmax', [f32([2], 0, -Infinity)], T))[0]!)).toEqual([0, -Infinity]);
  });

  it('normalises with given and with the batch’s own moments', async () => {
    const vector = (x: number): Tensor => f32([1], x);
    const inputs = [f32([1, 1, 2, 1], 1, 3), vector(2), vector(1), vector(1), vector(4)];
    expect(values((await runOp('FusedBatchNormV3', inputs, { T: 'float32', U: 'float32', epsilon: float(0), is_training: false }))[0]!)).toEqual([1, 3]);
    const [y, mean, variance] = await runOp('FusedBatchNormV3', inputs, { T: 'float32', U: 'float32', epsilon: float(0) }, 3);
    expect([y, mean, variance].map((tensor) => values(tensor!))).toEqual([[-1, 3], [2], [2]]);
  });
});

describe('indexing', () => {
  const x = i32([2, 3], 1, 2, 3, 4, 5, 6);
  const at = (begin: number[], end: number[], strides: number[], masks: Record<string, number> = {}) => (
    runOp('StridedSlice', [x, i32([begin.length], ...begin), i32([end.length], ...end), i32([strides.length], ...strides)], { T: 'int32', Index: 'int32', ...masks })
  );

  it('slices with masks, negative steps and new axes', async () => {
    expect(await at([0, -1], [2, -4], [1, -1])).toEqual([i32([2, 3], 3, 2, 1, 6, 5, 4)]);
    expect(await at([1], [0], [1], { shrink_axis_mask: 1 })).toEqual([i32([3], 4, 5, 6)]);
    expect(await at([0, 1], [0, 2], [1, 1], { ellipsis_mask: 1 })).toEqual([i32([2, 1], 2, 5)]);
    expect(await at([0, 0], [0, 1], [1, 1], { new_axis_mask: 1 })).toEqual([i32([1, 1, 3], 1, 2, 3)]);
    await expect(at([2], [3], [1], { shrink_axis_mask: 1 })).rejects.toThrow(/Index 2 is outside an axis of 2/);
  });

  it('gathers along axes with batches', async () => {
    expect(await runOp('GatherV2', [x, i32([2], 2, 0), i32([], 1)], { Tparams: 'int32', Tindices: 'int32', Taxis: 'int32' })).toEqual([i32([2, 2], 3, 1, 6, 4)]);
    const batched = await runOp('GatherV2', [x, i32([2, 1], 2, 0), i32([], 1)], { Tparams: 'int32', Tindices: 'int32', Taxis: 'int32', batch_dims: 1 });
    expect(batched).toEqual([i32([2, 1], 3, 4)]);
    await expect(runOp('GatherV2', [x, i32([1], 3), i32([], 1)], { Tparams: 'int32', Tindices: 'int32', Taxis: 'int32' })).rejects.toThrow(/Index 3 is outside/);
  });

  it('pads, tiles, reverses, rolls and splits', async () => {
    expect(await runOp('PadV2', [i32([1], 7), i32([1, 2], 1, 2), i32([], -1)], { T: 'int32', Tpaddings: 'int32' })).toEqual([i32([4], -1, 7, -1, -1)]);
    expect(await runOp('MirrorPad', [i32([3], 1, 2, 3), i32([1, 2], 2, 1)], { T: 'int32', Tpaddings: 'int32', mode: 'REFLECT' })).toEqual([i32([6], 3, 2, 1, 2, 3, 2)]);
    expect(await runOp('MirrorPad', [i32([3], 1, 2, 3), i32([1, 2], 2, 1)], { T: 'int32', Tpaddings: 'int32', mode: 'SYMMETRIC' })).toEqual([i32([6], 2, 1, 1, 2, 3, 3)]);
    expect(await runOp('Tile', [i32([1, 2], 1, 2), i32([2], 2, 2)], { T: 'int32', Tmultiples: 'int32' })).toEqual([i32([2, 4], 1, 2, 1, 2, 1, 2, 1, 2)]);
    expect(await runOp('ReverseV2', [x, i32([1], 0)], { T: 'int32', Tidx: 'int32' })).toEqual([i32([2, 3], 4, 5, 6, 1, 2, 3)]);
    expect(await runOp('Roll', [i32([3], 1, 2, 3), i32([1], 1), i32([1], 0)], { T: 'int32', Tshift: 'int32', Taxis: 'int32' })).toEqual([i32([3], 3, 1, 2)]);
    expect(await runOp('SplitV', [x, i32([2], 1, -1), i32([], 1)], { T: 'int32', Tlen: 'int32', num_split: 2 }, 2)).toEqual([i32([2, 1], 1, 4), i32([2, 2], 2, 3, 5, 6)]);
  });

  it('casts as TensorFlow on x86 does', async () => {
    const cast = async (from: Tensor, to: string): Promise<Tensor> => (await runOp('Cast', [from], { SrcT: from.dtype, DstT: to }))[0]!;
    expect(values(await cast(f32([5], 1.9, -1.9, NaN, 1e20, 0), 'int32'))).toEqual([1, -1, -(2 ** 31), -(2 ** 31), 0]);
    expect((await cast(f32([2], -1.5, Infinity), 'int64')).data).toEqual(BigInt64Array.of(-1n, -(2n ** 63n)));
    expect(values(await cast(f32([3], 0, NaN, 0.1), 'bool'))).toEqual([0, 1, 1]);
    expect(await cast(f32([1], 1.00390625), 'bfloat16')).toEqual({ dtype: 'bfloat16', shape: [1], data: Uint16Array.of(0x3f80) });
  });
});

describe('quantization', () => {
  // TensorFlow 2.21's own results for these inputs and the range [-1, 2].
  const x = f32([8], -2.3, -1, -0.3, 0, 0.2, 0.9, 1.7, 2.5);
  it.each([
    ['MIN_COMBINED', 'qint8', [-128, -128, -69, -43, -26, 34, 102, 127], {}],
    ['MIN_COMBINED', 'quint8', [0, 0, 60, 85, 102, 162, 230, 255], {}],
    ['SCALED', 'qint8', [-128, -64, -19, 0, 13, 57, 108, 127], {}],
    ['SCALED', 'qint8', [-127, -64, -19, 0, 13, 57, 108, 127], { narrow_range: true }],
    ['SCALED', 'quint8', [0, 0, 0, 0, 26, 115, 217, 255], { round_mode: 'HALF_TO_EVEN' }],
    ['MIN_FIRST', 'qint8', [-128, -128, -69, -43, -26, 34, 102, 127], {}],
    ['MIN_FIRST', 'quint8', [0, 0, 59, 85, 102, 162, 230, 255], {}],
  ] as const)('quantizes %s to %s %j', async (mode, dtype, expected, more) => {
    const [q] = await runOp('QuantizeV2', [x, f32([], -1), f32([], 2)], { T: dtype, mode, ...more });
    expect(q!.dtype).toBe(dtype);
    expect(values(q!)).toEqual(expected);
  });

  it.each([
    ['MIN_COMBINED', 'qint8', Int8Array.of(-69, 102), [-0.3058823347091675, 1.7058823108673096]],
    ['SCALED', 'qint8', Int8Array.of(-19, 108), [-0.2992125928401947, 1.7007874250411987]],
    ['MIN_FIRST', 'quint8', Uint8Array.of(59, 230), [-0.3058823347091675, 1.7058823108673096]],
  ] as const)('dequantizes %s from %s', async (mode, dtype, data, expected) => {
    const [y] = await runOp('Dequantize', [{ dtype, shape: [2], data }, f32([], -1), f32([], 2)], { T: dtype, mode });
    values(y!).forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 6));
  });

  it('uses one range per channel, and rounds to bfloat16', async () => {
    const q: Tensor = { dtype: 'qint8', shape: [2, 2], data: Int8Array.of(127, 127, -128, 1) };
    const ranges = [f32([2], -128, -256), f32([2], 127, 254)];
    expect(values((await runOp('Dequantize', [q, ...ranges], { T: 'qint8', axis: 1 }))[0]!)).toEqual([127, 254, -128, 2]);
    const [half] = await runOp('Dequantize', [q, f32([], -1.28), f32([], 1.27)], { T: 'qint8', dtype: 'bfloat16' });
    expect(half!.dtype).toBe('bfloat16');
    expect(values(half!)[0]).toBe(1.2734375);
  });

  it('fakes quantization on a grid that contains zero', async () => {
    const [y] = await runOp('FakeQuantWithMinMaxVars', [f32([3], -1, 0, 5), f32([], -0.1), f32([], 2.5)]);
    expect(values(y!)[1]).toBe(0);
    expect(values(y!)[0]).toBeCloseTo(-0.1019608, 6);
    expect(values(y!)[2]).toBeCloseTo(2.4980392, 6);
  });
});

describe('special functions', () => {
  it('agrees with tables of erf and erfc', () => {
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14);
    expect(erf(-1.5)).toBeCloseTo(-0.9661051464753108, 14);
    expect(erfc(3) / 2.209049699858544e-5).toBeCloseTo(1, 12);
    expect([erf(Infinity), erfc(-Infinity), erf(0)]).toEqual([1, 2, 0]);
  });
});

describe('lists of tensors', () => {
  it('writes to a copy, so that the list before stays', async () => {
    const list = { element_dtype: 'float32' } as const;
    const node = (name: string, op: string, inputs: string[], attrs = {}) => ({ name, op, inputs, attrs: { ...list, ...attrs } });
    const [before, after] = await runNodes([
      { name: 'shape', op: 'Const', attrs: { dtype: 'int32', value: i32([0]) } },
      { name: 'two', op: 'Const', attrs: { dtype: 'int32', value: i32([], 2) } },
      { name: 'zero', op: 'Const', attrs: { dtype: 'int32', value: i32([], 0) } },
      { name: 'x', op: 'Const', attrs: { dtype: 'float32', value: f32([], 5) } },
      node('list', 'TensorListReserve', ['shape', 'two'], { shape_type: 'int32' }),
      node('written', 'TensorListSetItem', ['list', 'zero', 'x']),
      node('before', 'TensorListStack', ['list', 'shape']),
      node('after', 'TensorListStack', ['written', 'shape']),
    ], ['before', 'after']);
    expect([before, after]).toEqual([f32([2], 0, 0), f32([2], 5, 0)]);
  });
});
