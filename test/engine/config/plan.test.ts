import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/engine/config/parse';
import { resolvePlan } from '../../../src/engine/config/plan';
import { refusalWarnings } from '../../../src/engine/config/refusals';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { Plan, Warning } from '../../../src/engine/plan';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';

const T = { T: 'float32' };
const conv = (name: string, input: string, weight = 'w'): NodeSpec =>
  ({ name, op: 'Conv2D', inputs: [input, weight], attrs: { ...T, strides: [1, 1, 1, 1], padding: 'SAME' } });

/** x -> conv -> bias -> relu -> pool -> conv2 -> exp -> lrn -> size */
const NET: readonly NodeSpec[] = [
  placeholder('x', 'float32', [-1, 4, 4, 2]),
  constant('w', 'float32', [1, 1, 2, 2], [1]),
  constant('b', 'float32', [2], [0]),
  conv('conv', 'x'),
  { name: 'bias', op: 'BiasAdd', inputs: ['conv', 'b'], attrs: T },
  { name: 'relu', op: 'Relu', inputs: ['bias'], attrs: T },
  { name: 'pool', op: 'MaxPool', inputs: ['relu'], attrs: { ...T, ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'VALID' } },
  conv('conv2', 'pool'),
  { name: 'exp', op: 'Exp', inputs: ['conv2'], attrs: T },
  { name: 'lrn', op: 'LRN', inputs: ['exp'], attrs: T },
  { name: 'reshape', op: 'Squeeze', inputs: ['lrn'], attrs: T },
];

function plan(config: object, canCalibrate = false, nodes = NET): Plan {
  return resolvePlan(buildGraph(nodes), parseConfig(JSON.stringify(config), 'c.json').config, { dialect, canCalibrate });
}

const warnings = (of: Plan): readonly Warning[] => refusalWarnings(of.refusals);

const precisions = (of: Plan): Record<string, string> =>
  Object.fromEntries([...of.nodes].filter(([, { precision }]) => precision !== 'other').map(([id, { precision }]) => [id, precision]));

describe('resolvePlan', () => {
  it('plans no BF16 and no INT8 without a config and calibration', () => {
    expect(new Set(Object.values(precisions(plan({}))))).toEqual(new Set(['fp32']));
  });

  it('plans no BF16 while use_bf16 is off, whatever else the config says, and says so once', () => {
    const result = plan({ use_bf16: false, bf16_ops: ['Conv2D'], op_type_dict: { Relu: 'bf16' }, op_name_dict: { 'conv.*': 'bf16' } });
    expect(Object.values(precisions(result))).not.toContain('bf16');
    expect(warnings(result)).toEqual([{ message: 'The config asks for BF16, but use_bf16 is off: nothing becomes BF16.' }]);
  });

  it('plans INT8 for convolutions, what follows on their accumulator, and pooling between INT8 ops', () => {
    expect(precisions(plan({}, true))).toEqual({
      conv: 'int8', bias: 'int8', relu: 'int8', pool: 'int8', conv2: 'int8', exp: 'fp32', lrn: 'fp32', reshape: 'fp32',
    });
  });

  it('plans the default list BF16 and leaves sensitive ops FP32', () => {
    const result = plan({ use_bf16: true });
    expect(precisions(result)).toMatchObject({ conv: 'bf16', bias: 'bf16', relu: 'bf16', pool: 'bf16', exp: 'fp32', lrn: 'fp32', reshape: 'fp32' });
    expect(result.nodes.get('reshape')!.bf16).toBe('free');
    expect(result.nodes.get('exp')!.bf16).toBe('denied');
  });

  it('demands heavy ops of the default list and leaves light ones to the Casts', () => {
    const { nodes } = plan({ use_bf16: true });
    expect(nodes.get('conv')).toMatchObject({ precision: 'bf16', bf16: 'demanded' });
    expect(nodes.get('relu')).toMatchObject({ precision: 'bf16', bf16: 'free' });
  });

  it('leaves light ops free beside a list of the user, and heavy ones it does not name FP32', () => {
    const { nodes } = plan({ use_bf16: true, bf16_ops: ['re:conv2', 'Relu'] });
    expect(nodes.get('conv2')).toMatchObject({ precision: 'bf16', bf16: 'demanded' });
    expect(nodes.get('relu')).toMatchObject({ precision: 'bf16', bf16: 'demanded' });
    expect(nodes.get('bias')).toMatchObject({ precision: 'fp32', bf16: 'free' });
    expect(nodes.get('conv')).toMatchObject({ precision: 'fp32', bf16: 'denied', reason: { text: 'Conv2D is not listed in bf16_ops.' } });
  });

  it('keeps sensitive ops FP32 and says which key does so', () => {
    const { nodes } = plan({ use_bf16: true });
    const { name, reason } = dialect.sensitivePatterns.find((pattern) => pattern.name === 'powers_and_logarithms')!;
    expect(nodes.get('exp')).toEqual({ precision: 'fp32', bf16: 'denied', reason: { text: reason, configKey: `sensitive_ops.${name}` } });
  });

  it('treats a sensitive op like others once its pattern is auto', () => {
    expect(plan({ use_bf16: true, sensitive_ops: { powers_and_logarithms: 'auto' } }).nodes.get('exp')).toMatchObject({ precision: 'fp32', bf16: 'free' });
    expect(plan({ use_bf16: true, sensitive_ops: { softmax: 'auto' } }).nodes.get('exp')!.bf16).toBe('denied');
  });

  it.each([{ bf16_ops: ['Exp'] }, { op_type_dict: { Exp: 'bf16' } }, { op_name_dict: { exp: 'bf16' } }])('lets %j win over a sensitive pattern', (wish) => {
    expect(plan({ use_bf16: true, ...wish }).nodes.get('exp')).toMatchObject({ precision: 'bf16', bf16: 'demanded' });
  });

  it('takes op_name_dict before op_type_dict before bf16_ops, the last matching pattern first', () => {
    const result = plan({
      use_bf16: true, bf16_ops: ['Conv2D', 'Relu', 'BiasAdd'], op_type_dict: { Relu: 'fp32', Conv2D: 'fp32' },
      op_name_dict: { 'conv.*': 'fp32', conv2: 'bf16' },
    });
    expect(precisions(result)).toMatchObject({ conv: 'fp32', conv2: 'bf16', relu: 'fp32', bias: 'bf16' });
    expect(result.nodes.get('conv2')!.reason).toEqual({ text: 'op_name_dict "conv2" says bf16.', configKey: 'op_name_dict.conv2' });
  });

  it('gives an op that hands no value on no precision, and no warning when a pattern names it', () => {
    const asserted: NodeSpec[] = [
      ...NET, constant('true', 'bool', [], [1]),
      { name: 'assert', op: 'Assert', inputs: ['true', 'relu'], attrs: { T: { kind: 'types', value: ['float32'] } } },
    ];
    const result = plan({ use_bf16: true, bf16_ops: ['re:relu|assert'] }, false, asserted);
    expect(result.nodes.get('assert')).toMatchObject({ precision: 'other', bf16: 'denied' });
    expect(warnings(result)).toEqual([]);
  });

  it('matches whole names only', () => {
    expect(precisions(plan({ use_bf16: true, bf16_ops: ['re:con'] }))).toMatchObject({ conv: 'fp32', conv2: 'fp32' });
    expect(precisions(plan({ use_bf16: true, bf16_ops: ['re:con.*'] }))).toMatchObject({ conv: 'bf16', conv2: 'bf16' });
  });

  it('prefers a listed BF16 to the INT8 default', () => {
    expect(precisions(plan({ use_bf16: true, bf16_ops: ['re:conv2'] }, true))).toMatchObject({ conv: 'int8', conv2: 'bf16', pool: 'fp32' });
  });

  describe('takes the lowest precision that a rule accepts and the op can have', () => {
    const on = { use_bf16: true };
    const wish = (accepted: unknown) => ({ op_type_dict: { Conv2D: accepted } });
    const long = (...dtype: string[]) => ({ activation: { dtype }, weight: { dtype: ['fp32'] } });
    it.each<[object, boolean, string]>([
      [wish(['fp32', 'bf16', 'int8']), true, 'int8'],
      [wish(['int8', 'fp32']), false, 'fp32'],
      [{ ...on, ...wish(['fp32', 'int8']) }, false, 'fp32'],
      [{ ...on, ...wish(['int8', 'bf16']) }, true, 'int8'],
      [{ ...on, ...wish(['int8', 'bf16']) }, false, 'bf16'],
      [{ ...on, ...wish(['fp32', 'bf16']) }, true, 'bf16'],
      [wish(['bf16', 'fp32']), true, 'fp32'],
      [wish(long('uint8', 'bf16')), true, 'int8'],
      [{ ...on, ...wish(long('fp32', 'bf16')) }, true, 'bf16'],
      // None of them: what the framework offers.
      [wish(['bf16']), true, 'int8'],
      [wish(['bf16']), false, 'fp32'],
      [wish(['int8', 'bf16']), false, 'fp32'],
      [{ ...on, ...wish('int8') }, false, 'bf16'],
      [{ bf16_ops: ['Conv2D'] }, true, 'int8'],
    ])('%j, calibrated %s: %s', (config, canCalibrate, precision) => {
      expect(precisions(plan(config, canCalibrate)).conv).toBe(precision);
    });

    it('so that ops that compute on an accumulator, or hand values on, are INT8 among INT8 ops and else what is left', () => {
      const config = { ...on, op_type_dict: { Relu: ['int8', 'fp32'], MaxPool: ['bf16', 'int8'], BiasAdd: ['fp32', 'bf16'] } };
      expect(precisions(plan(config, false))).toMatchObject({ relu: 'fp32', pool: 'bf16', bias: 'bf16' });
      expect(precisions(plan(config, true))).toMatchObject({ bias: 'bf16', relu: 'fp32', pool: 'int8' });
      expect(precisions(plan({ ...on, op_type_dict: { Relu: ['int8', 'fp32'] } }, true))).toMatchObject({ bias: 'int8', relu: 'int8', pool: 'int8' });
    });

    it('and says which it was, and why no lower one', () => {
      expect(plan({ ...on, ...wish(['fp32', 'int8', 'bf16']) }).nodes.get('conv')!.reason).toEqual({
        text: 'op_type_dict says int8 or bf16 or fp32 for Conv2D. INT8 needs calibration data or recorded ranges, and none are given.', configKey: 'op_type_dict.Conv2D',
      });
      expect(warnings(plan({ ...on, ...wish(['int8', 'fp32']) }))).toEqual([]);
    });
  });

  it('lets the defaults hold where a rule accepts nothing the op can be, and says so', () => {
    const { nodes, refusals } = plan({ op_type_dict: { Conv2D: 'bf16' } }, true);
    expect(nodes.get('conv')!.reason).toEqual({
      text: 'BF16 was asked for (op_type_dict.Conv2D), but: BF16 is off (use_bf16). So the defaults hold: Conv2D has an INT8 form and its ranges are calibrated.',
      configKey: 'op_type_dict.Conv2D',
    });
    expect(refusals).toEqual([
      { path: ['op_type_dict', 'Conv2D'], asked: ['bf16'], op: 'Conv2D', reason: 'BF16 is off (use_bf16).', planned: 'int8', node: 'conv', count: 2 },
    ]);
  });

  it('lets op_name_dict replace op_type_dict, also by auto and by what is refused', () => {
    const types = { use_bf16: true, op_type_dict: { Conv2D: 'fp32', Exp: 'bf16' } };
    expect(precisions(plan({ ...types, op_name_dict: { conv: 'auto', exp: 'int8' } }))).toMatchObject({ conv: 'bf16', conv2: 'fp32', exp: 'fp32' });
    expect(precisions(plan({ ...types, op_name_dict: { conv: 'fp32', 'con..': 'int8' } }, true))).toMatchObject({ conv: 'fp32', conv2: 'int8' });
    expect(precisions(plan({ ...types, op_name_dict: { conv: 'fp32', 'con.+': 'int8' } }, true))).toMatchObject({ conv: 'int8', conv2: 'int8' });
  });

  it('lets bf16_ops stand in for the list of the framework where the defaults hold', () => {
    const list = { use_bf16: true, bf16_ops: ['Exp'] };
    for (const rule of [{ op_name_dict: { exp: 'auto' } }, { op_type_dict: { Exp: 'auto' } }, { op_name_dict: { exp: 'int8' } }]) {
      expect(plan({ ...list, ...rule }, true).nodes.get('exp')).toMatchObject({ precision: 'bf16', bf16: 'demanded' });
    }
    expect(precisions(plan({ ...list, op_type_dict: { Exp: ['fp32'] } })).exp).toBe('fp32');
  });

  it('warns about a wish no kernel can grant, and keeps FP32', () => {
    const result = plan({ use_bf16: true, op_type_dict: { LRN: 'bf16' } });
    expect(precisions(result).lrn).toBe('fp32');
    expect(warnings(result).map((warning) => warning.node)).toEqual(['lrn']);
    expect(warnings(result)[0]!.message).toMatch(/^LRN stays FP32 although BF16 was asked for: TensorFlow has no CPU kernel/);
  });

  it('warns about INT8 that cannot be had, naming the cause', () => {
    expect(warnings(plan({ op_type_dict: { Conv2D: 'int8' } }))).toEqual([
      { node: 'conv', message: 'Conv2D stays FP32 although INT8 was asked for (2 nodes): INT8 needs calibration data or recorded ranges, and none are given.' },
    ]);
    expect(warnings(plan({ op_type_dict: { Exp: 'int8' } }, true))[0]!.message).toContain('This Exp has no INT8 form.');
  });

  it('gives one warning for thousands of nodes with the same cause', () => {
    const many = Array.from({ length: 3000 }, (_, i): NodeSpec => ({ name: `lrn${i}`, op: 'LRN', inputs: [i === 0 ? 'x' : `lrn${i - 1}`], attrs: T }));
    const result = plan({ use_bf16: true, bf16_ops: ['re:lrn.*'] }, false, [placeholder('x', 'float32', [1, 1, 1, 1]), ...many]);
    expect(warnings(result)).toHaveLength(1);
    expect(warnings(result)[0]!.message).toContain('(3000 nodes)');
  });

  describe('an op that is INT8 already', () => {
    const dequantize = (name: string, input: string): NodeSpec => ({ name, op: 'Dequantize', inputs: [input, 'lo', 'hi'], attrs: { T: 'qint8', mode: 'MIN_COMBINED', dtype: 'float32' } });
    const quantize = (name: string, input: string): NodeSpec => ({ name, op: 'QuantizeV2', inputs: [input, 'lo', 'hi'], attrs: { T: 'qint8', mode: 'MIN_COMBINED' } });
    const [bias, relu, pool] = NET.filter(({ name }) => ['bias', 'relu', 'pool'].includes(name)) as [NodeSpec, NodeSpec, NodeSpec];
    const QUANTIZED: readonly NodeSpec[] = [
      placeholder('x', 'float32', [-1, 4, 4, 2]), constant('lo', 'float32', [], [-1]), constant('hi', 'float32', [], [1]),
      constant('stored', 'qint8', [1, 1, 2, 2], [1]), dequantize('w', 'stored'), constant('b', 'float32', [2], [0]),
      quantize('xq', 'x'), dequantize('xd', 'xq'), conv('conv', 'xd'), bias, relu, quantize('rq', 'relu'), dequantize('rd', 'rq'),
      { ...pool, inputs: ['rd'] }, quantize('pq', 'pool'), dequantize('pd', 'pq'), conv('conv2', 'pd'), { ...relu, name: 'relu2', inputs: ['conv2'] },
      { name: 'flat', op: 'Squeeze', inputs: ['pd'], attrs: T }, { name: 'tanh', op: 'Tanh', inputs: ['flat'], attrs: T },
    ];

    it('stays INT8 with its epilogue, without calibration too', () => {
      for (const canCalibrate of [false, true]) {
        const result = plan({ use_bf16: true }, canCalibrate, QUANTIZED);
        expect(precisions(result)).toEqual({
          conv: 'int8', bias: 'int8', relu: 'int8', pool: 'int8', conv2: 'int8', relu2: 'int8', flat: 'fp32', tanh: 'bf16',
        });
        expect(result.nodes.get('conv')!.bf16).toBe('denied');
        expect(result.nodes.get('conv')!.reason.text).toMatch(/^It is INT8 already: /);
        expect(result.nodes.get('flat')!.bf16).toBe('free');
      }
    });

    it('is what the user asks for instead', () => {
      const result = plan({ use_bf16: true, op_name_dict: { conv: 'bf16', conv2: 'fp32' } }, false, QUANTIZED);
      expect(precisions(result)).toMatchObject({ conv: 'bf16', bias: 'bf16', relu: 'bf16', pool: 'int8', conv2: 'fp32', relu2: 'bf16' });
    });
  });

  it('leaves a convolution FP32 whose weights are computed at run time', () => {
    const nodes = [placeholder('x', 'float32', [1, 4, 4, 2]), placeholder('w', 'float32', [1, 1, 2, 2]), conv('conv', 'x')];
    expect(precisions(plan({}, true, nodes))).toEqual({ conv: 'fp32' });
  });
});
