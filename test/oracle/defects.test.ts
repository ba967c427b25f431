// Sixteen graphs on which Intel Neural Compressor's BF16 conversion is known to fail. Each must come out valid and right.
import { describe, expect, it } from 'vitest';
import { buildGraph, compareInTensorFlow, convertGraph, expectSameResults, judges } from './cases';

const bf16 = (...bf16_ops: string[]) => ({ use_bf16: true, bf16_ops });
const EVERYTHING = bf16('re:.*');
const INT8_TOLERANCE = 0.05;

describe('defects', () => {
  it('B1 one consumer reading two ports of a BF16 Split gets a Cast for each', async () => {
    const converted = await convertGraph('split_consumer', { ...bf16('re:split'), op_name_dict: { difference: 'fp32' } });
    const { model } = converted;
    expect(model.typeOf('split', 'Split')).toBe('bfloat16');
    const difference = model.computing('difference', 'Sub');
    expect(difference.attributes['T']).toBe('float32');
    const casts = [0, 1].map((input) => model.producer(difference, input));
    expect(casts.map(({ op }) => op)).toEqual(['Cast', 'Cast']);
    expect(casts.map(({ inputs }) => inputs[0])).toEqual(['split', 'split:1']);
    await expectSameResults(converted);
  });

  it('B2 an op without a BF16 kernel stays FP32 though listed, with a warning, and its neighbour gets a Cast', async () => {
    const converted = await convertGraph('lrn', bf16('re:lrn', 're:r'));
    expect(converted.model.typeOf('lrn', 'LRN')).toBe('float32');
    expect(converted.model.typeOf('r', 'Relu')).toBe('bfloat16');
    expect(converted.report.warnings.map(({ node }) => node)).toContain('lrn');
    await expectSameResults(converted);
  });

  it('B3 two Unpack of the same tensor keep the ports that are read', async () => {
    const converted = await convertGraph('unpack_twice', EVERYTHING);
    expect(converted.model.typeOf('product', 'MatMul')).toBe('bfloat16');
    await expectSameResults(converted);
  });

  it('B4 both of two equal outputs stay', async () => {
    const converted = await convertGraph('cse_outputs', EVERYTHING);
    expect(converted.report.model.outputs.map((name) => name.replace(':0', ''))).toEqual(['out1', 'out2']);
    await expectSameResults(converted);
  });

  it('B5 the outputs of a net whose last op is BF16 keep their type and name', async () => {
    const converted = await convertGraph('convnet', EVERYTHING);
    expect(converted.model.typeOf('probabilities', 'Softmax')).toBe('bfloat16');
    expect(converted.model.casts).toEqual(['bfloat16->float32', 'float32->bfloat16']);
    await expectSameResults(converted);
  });

  it('B6 only a Dequantize in mode MIN_COMBINED emits BF16 itself', async () => {
    const converted = await convertGraph('dequantize_modes', bf16('MatMul'));
    const emitted = ['SCALED', 'MIN_FIRST', 'MIN_COMBINED'].map((mode) => converted.model.node(`dequantize_${mode}`).attributes['dtype']);
    expect(emitted).toEqual(['float32', 'float32', 'bfloat16']);
    for (const mode of ['SCALED', 'MIN_FIRST', 'MIN_COMBINED']) expect(converted.model.typeOf(`product_${mode}`, 'MatMul')).toBe('bfloat16');
    await expectSameResults(converted);
  });

  it('B7 20,000 BF16 ops in a row convert', async () => {
    const converted = await convertGraph('chain', EVERYTHING);
    expect(converted.model.bf16Ops).toHaveLength(20_000);
    expect(converted.model.casts).toEqual(['bfloat16->float32', 'float32->bfloat16']);
    await expectSameResults(converted);
  });

  it('B8 a Cast of the model behind an op that became BF16 is folded, not left as a Cast from BF16 to BF16', async () => {
    const converted = await convertGraph('island', bf16('re:a'));
    expect(converted.model.casts).toEqual(['bfloat16->float32', 'float32->bfloat16']);
    expect(converted.model.producer(converted.model.node('inner'), 0)).toMatchObject({ op: 'Tanh', attributes: { T: 'bfloat16' } });
    await expectSameResults(converted);
  });

  it('B9 a Cast to FP32 read by two BF16 ops is bypassed for both', async () => {
    const converted = await convertGraph('cast_with_two_consumers', { ...bf16('re:a', 're:b'), op_name_dict: { difference: 'fp32' } });
    const { model } = converted;
    for (const [name, op] of [['a', 'Tanh'], ['b', 'Neg']] as const) {
      expect(model.typeOf(name, op)).toBe('bfloat16');
      expect(model.producer(model.node(name), 0).name).toBe('inner');
    }
    expect(model.casts).toEqual(['bfloat16->float32', 'bfloat16->float32', 'float32->bfloat16']);
    await expectSameResults(converted);
  });

  it('B10 an op with a list of types may be listed', async () => {
    const converted = await convertGraph('identityn', bf16('IdentityN', 'AddV2'));
    expect(converted.model.typeOf('sum', 'AddV2')).toBe('bfloat16');
    await expectSameResults(converted);
  });

  it('B11 an input that is always float32 gets no Cast and no nameless attribute', async () => {
    const converted = await convertGraph('crop', EVERYTHING);
    const crop = converted.model.computing('crop', 'CropAndResize');
    expect(crop.attributes['T']).toBe('float32');
    expect(converted.model.typeOf('smooth', 'Relu6')).toBe('bfloat16');
    expect(converted.model.typeOf('after', 'Tanh')).toBe('bfloat16');
    await expectSameResults(converted, 0.03);
  });

  it('B12 repeated names and patterns without a match are no error, an op type that does not exist is one clear error', async () => {
    const converted = await convertGraph('two_layers', bf16('re:none', 're:none', 'MatMul', 'MatMul'));
    expect(converted.model.typeOf('first', 'MatMul')).toBe('bfloat16');
    await expectSameResults(converted);
    await expect(convertGraph('two_layers', bf16('NoSuchOp', 'NoSuchOp'))).rejects.toThrow(/"bf16_ops" names the op type "NoSuchOp", which does not exist/);
  });

  it('B13 a listed Placeholder keeps its type', async () => {
    const converted = await convertGraph('two_layers', bf16('Placeholder', 're:x', 'MatMul'));
    expect(converted.model.node('x').attributes['dtype']).toBe('float32');
    expect(converted.model.typeOf('first', 'MatMul')).toBe('bfloat16');
    await expectSameResults(converted);
  });

  it('B14 a memory-bound op alone between INT8 regions is not converted at the price of a Cast', async () => {
    const converted = await convertGraph('isolated_op', { use_bf16: true }, true);
    const { phases, casts } = converted.report;
    expect(phases.at(-1)?.precision.int8).toBeGreaterThanOrEqual(2);
    expect(casts.remaining).toBe(0);
    expect(converted.model.casts).toEqual([]);
    await expectSameResults(converted, INT8_TOLERANCE);
  });

  it('B15 the version numbers of the file stay', async () => {
    const { model } = await convertGraph('versions', EVERYTHING);
    expect(model.description.versions).toEqual({ producer: 987, minConsumer: 12, badConsumers: [50, 51] });
    expect(model.typeOf('first', 'MatMul')).toBe('bfloat16');
  });

  it('B16 32,502 nodes convert', async () => {
    const converted = await convertGraph('blocks', { ...bf16('MatMul', 'LeakyRelu', 'Tanh'), op_type_dict: { Sigmoid: 'fp32' } });
    expect(converted.subject).toMatchObject({ nodes: 32_502 });
    expect(converted.model.bf16Ops).toHaveLength(30_000);
    expect(converted.model.casts).toHaveLength(5_000);
    await expectSameResults(converted);
  });
});

describe('what other models brought up', () => {
  it('a request to run beside a constant that was re-encoded is dropped', async () => {
    const converted = await convertGraph('colocated', EVERYTHING);
    expect(converted.model.typeOf('first', 'MatMul')).toBe('bfloat16');
    await expectSameResults(converted);
  });

  it('a net that is INT8 already stays INT8 beside BF16, and is not quantized twice', async () => {
    const int8 = ['conv1', 'conv1/bias', 'relu1', 'pool', 'conv2', 'conv2/bias'];
    for (const calibrate of [false, true]) {
      const converted = await convertGraph('quantized_convnet', { use_bf16: true, op_name_dict: { fc: 'bf16' } }, calibrate);
      const { model, original } = converted;
      expect(int8.map((name) => model.node(name).attributes['T'])).toEqual(int8.map(() => 'float32'));
      expect(model.typeOf('fc', 'MatMul')).toBe('bfloat16');
      for (const op of ['QuantizeV2', 'Dequantize']) expect(model.ofOp(op).map(({ name }) => name)).toEqual(original.ofOp(op).map(({ name }) => name));
      expect(converted.report.phases.at(-1)?.precision.int8).toBe(int8.length);
      await expectSameResults(converted);
    }
    const asked = await convertGraph('quantized_convnet', { use_bf16: true, op_name_dict: { conv1: 'bf16' } });
    expect(asked.model.typeOf('conv1', 'Conv2D')).toBe('bfloat16');
    await expectSameResults(asked);
  });
});

describe('local rules', () => {
  it.each(['depth_first', 'min_cut'])('move values in BF16 between Casts of the model, bit for bit the same (%s)', async (cast_placement) => {
    const { model, ...converted } = await convertGraph('moved_between_casts', { use_bf16: true, bf16_ops: ['re:none'], op_name_dict: { sum: 'fp32' }, cast_placement });
    expect(['transpose', 'reshape'].map((name) => model.node(name).attributes['T'])).toEqual(['bfloat16', 'bfloat16']);
    expect(model.casts.length).toBeLessThan(converted.original.casts.length);
    for (const { outputs } of await compareInTensorFlow({ model, ...converted })) expect(outputs['out']?.equal).toBe(true);
  });
});

describe('the judge', () => {
  it('runs with oneDNN off and on', async () => {
    const environments = await Promise.all(judges.map((judge) => judge.ask('environment', {})));
    expect(environments.map(({ oneDnn }) => oneDnn)).toEqual(['0', '1']);
  });

  it('sees an error of the size it should, and rejects an invalid graph', async () => {
    const [judge] = judges as [(typeof judges)[0]];
    const [first, second] = [await buildGraph('two_layers'), await buildGraph('versions')];
    const feeding = { inputs: first.inputs, feeds: first.feeds, fetches: first.outputs };
    const { outputs } = await judge.ask('emulate', { model: first.model, converted: ['first'], ...feeding });
    expect(outputs['out']?.relativeRms).toBeGreaterThan(0.0001);
    expect(outputs['out']?.relativeRms).toBeLessThan(0.01);
    expect(await judge.ask('equal', { first: first.model, second: second.model })).toEqual({ equal: false, difference: 'outside the nodes' });
    await expect(judge.ask('run', { model: first.inputs, ...feeding })).rejects.toThrow('TensorFlow (oneDNN off)');
  });
});
