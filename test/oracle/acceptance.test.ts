// The acceptance cases of Intel Neural Compressor's own BF16 tests, with what this converter promises for them.
import { describe, expect, it } from 'vitest';
import { convertGraph, expectSameResults } from './cases';

const EVERYTHING = { use_bf16: true, bf16_ops: ['re:.*'] };
const INT8_TOLERANCE = 0.06;

describe('acceptance', () => {
  it('T1 converts two listed ops around an island of the model: 17 -> 19 nodes, 4 Casts', async () => {
    const config = { use_bf16: true, bf16_ops: ['re:conv2', 're:relu2'], op_name_dict: { conv3: 'fp32' }, cast_placement: 'depth_first' };
    const converted = await convertGraph('three_convolutions', config);
    const { original, model } = converted;
    expect([original.nodes.length, model.nodes.length]).toEqual([17, 19]);
    expect(model.casts).toEqual(['bfloat16->float32', 'bfloat16->float32', 'float32->bfloat16', 'float32->bfloat16']);
    expect(model.producer(model.node('conv2'), 0).name).toBe('relu');
    expect(model.ofOp('Const').filter(({ attributes }) => attributes['dtype'] === 'bfloat16')).toEqual([model.producer(model.node('conv2'), 1)]);
    expect([model.typeOf('conv2', 'Conv2D'), model.typeOf('relu2', 'Relu'), model.typeOf('conv3', 'Conv2D')]).toEqual(['bfloat16', 'bfloat16', 'float32']);
    await expectSameResults(converted);
  });

  it('T1b listing only Conv2D casts around each; listing everything casts at input and output', async () => {
    const few = await convertGraph('three_convolutions_fp32', { use_bf16: true, bf16_ops: ['Conv2D'], cast_placement: 'depth_first' });
    expect([few.model.bf16Ops.length, few.model.casts.length]).toEqual([3, 6]);
    await expectSameResults(few);
    const all = await convertGraph('three_convolutions_fp32', EVERYTHING);
    expect([all.model.bf16Ops.length, all.model.casts.length]).toEqual([9, 2]);
    await expectSameResults(all);
  });

  it('T2 a convolution excluded by name stays FP32 in a residual net', async () => {
    const config = { use_bf16: true, bf16_ops: ['Conv2D', 'AvgPool', 'MatMul'], op_name_dict: { conv1b: 'fp32' } };
    const converted = await convertGraph('residual_net', config);
    const types = ['conv0', 'conv2b', 'conv1b'].map((name) => converted.model.typeOf(name, 'Conv2D'));
    expect(types).toEqual(['bfloat16', 'bfloat16', 'float32']);
    await expectSameResults(converted, 0.02);
  });

  it('T3 a MatMul with a transposed constant becomes BF16, or INT8 where calibration data is given', async () => {
    const bf16 = await convertGraph('transposed_matmul', { use_bf16: true });
    expect(bf16.model.typeOf('product', 'MatMul')).toBe('bfloat16');
    await expectSameResults(bf16);
    const int8 = await convertGraph('transposed_matmul', { use_bf16: true }, true);
    expect(int8.report.phases.at(-1)?.precision.int8).toBeGreaterThan(0);
    await expectSameResults(int8, INT8_TOLERANCE);
  });

  it('T4 the whole flow without a BF16 wish leaves no BF16, and INT8 convolutions', async () => {
    const converted = await convertGraph('three_convolutions_fp32', {}, true);
    expect(converted.model.bf16Nodes).toEqual([]);
    expect(converted.report.phases.at(-1)?.precision.int8).toBeGreaterThanOrEqual(3);
    await expectSameResults(converted, INT8_TOLERANCE);
  });

  it.each(['loop', 'functional_loop'])('T5 a %s with a MatMul in its body stays valid, and what is in no function converts', async (graph) => {
    const converted = await convertGraph(graph, { use_bf16: true, bf16_ops: ['MatMul'], op_name_dict: { '.*while.*MatMul.*': 'bf16' } });
    expect(converted.model.typeOf('before', 'MatMul')).toBe('bfloat16');
    expect(converted.model.ofOp('MatMul').every(({ attributes }) => attributes['T'] === 'bfloat16')).toBe(true);
    expect(converted.model.typeOf('after', 'MatMul')).toBe('bfloat16');
    // Up to six MatMuls in a row: before the loop, four trips, after it. With oneDNN off each is off by 0.34 % RMS, twice one rounding.
    await expectSameResults(converted, 0.02);
  });

  it('T6 a quantized value goes on in BF16 through Reshapes without a Cast', async () => {
    const converted = await convertGraph('dequantize_to_reshapes', EVERYTHING);
    expect(converted.model.node('dequantize').attributes['dtype']).toBe('bfloat16');
    expect(converted.model.casts).toEqual(['bfloat16->float32']);
    await expectSameResults(converted);
  });

  it('T7 two ResizeBilinear in a row need exactly two Casts', async () => {
    const converted = await convertGraph('resize_twice', EVERYTHING);
    expect(converted.model.casts).toEqual(['float32->bfloat16', 'float32->bfloat16']);
    expect([1, 2].map((i) => converted.model.typeOf(`resize${i}`, 'ResizeBilinear'))).toEqual(['bfloat16', 'bfloat16']);
    await expectSameResults(converted);
  });

  it('T8 batch norm in training form is not folded; it reads BF16 and keeps float32 statistics', async () => {
    const converted = await convertGraph('training_batch_norm', EVERYTHING);
    const norms = converted.model.ofOp('FusedBatchNormV3').map(({ attributes }) => [attributes['T'], attributes['U']]);
    expect(norms).toEqual([['bfloat16', 'float32'], ['bfloat16', 'float32']]);
    await expectSameResults(converted, 0.02);
  });

  it('T9 Dequantize takes over a Cast to BF16 only in MIN_COMBINED and only where nothing reads it in FP32', async () => {
    const converted = await convertGraph('dequantize_cast', { use_bf16: true, bf16_ops: ['Tanh'] });
    const { model } = converted;
    const types = ['MIN_COMBINED', 'SCALED', 'MIN_FIRST', 'shared'].map((name) => model.node(`dequantize_${name}`).attributes['dtype']);
    expect(types).toEqual(['bfloat16', 'float32', 'float32', 'float32']);
    expect(model.casts.filter((cast) => cast === 'float32->bfloat16')).toHaveLength(3);
    await expectSameResults(converted);
  });

  it('T10 equal ops may be merged, others not', async () => {
    const converted = await convertGraph('two_relus', EVERYTHING);
    await expectSameResults(converted);
  });

  it('T11 use_bf16 decides: without it no Cast, with it at least one', async () => {
    for (const config of [undefined, {}, { use_bf16: false, bf16_ops: ['re:.*'], op_type_dict: { MatMul: 'bf16' } }]) {
      const off = await convertGraph('convnet', config);
      expect(off.model.bf16Nodes).toEqual([]);
      expect(off.model.casts).toEqual([]);
    }
    const on = await convertGraph('convnet', { use_bf16: true });
    expect(on.model.casts.length).toBeGreaterThan(0);
    await expectSameResults(on, 0.02);
  });

  it('T12 batch norm becomes BF16 or is folded into its convolution', async () => {
    const { model } = await convertGraph('convnet', EVERYTHING);
    for (const norm of ['norm2', 'norm3']) {
      const conv = norm.replace('norm', 'conv');
      expect(model.typeOf(conv, 'Conv2D')).toBe('bfloat16');
    }
  });

  it('keeps a shared weight, a value read twice by one op, and a control edge', async () => {
    const converted = await convertGraph('square_and_control', EVERYTHING);
    expect(converted.model.ofOp('Const')).toHaveLength(1);
    expect(converted.model.node('square').inputs.at(-1)).toBe('^waited_for');
    expect(converted.model.casts).toHaveLength(2);
    await expectSameResults(converted);
  });
});
