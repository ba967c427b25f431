import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../src/engine/config/config';
import { parseConfig, requireValid } from '../../../src/engine/config/parse';
import { UserError } from '../../../src/engine/errors';

const parse = (text: string | undefined) => parseConfig(text, 'my.mixed-precision.json');
const messages = (text: string): string[] => parse(text).problems.map((problem) => `${problem.severity}: ${problem.message}`);

describe('parseConfig', () => {
  it.each([undefined, '', ' \n', '{}', '\uFEFF{}', '// nothing chosen\n{}'])('takes the defaults from %j', (text) => {
    expect(parse(text).config).toEqual(DEFAULT_CONFIG);
    expect(parse(text).problems).toEqual([]);
  });

  it('reads every key, with comments and trailing commas', () => {
    const { config, problems } = parse(`{
      "$schema": "./mixed-precision.schema.json",
      "use_bf16": true, // the target has AMX
      "bf16_ops": ["MatMul", "re:encoder/.*",],
      "op_type_dict": { "Conv2D": "int8", "Softmax": "fp32" },
      "op_name_dict": { "head/.*": "auto" },
      "calibration": { "data": "train.npz", "sampling_size": 7, "algorithm": "percentile", "ranges": "ranges.json" },
      "preparation": { "padding_fusion": false },
      "quantization": { "weight_granularity": "per_tensor", "weight_algorithm": "mse", "form": "fused", "reduce_range": false },
      "cast_placement": "none",
      "cast_cost": "bytes",
      "bf16_reward": 0.5,
      "sensitive_ops": { "softmax": "auto", "losses": "fp32" },
      "onnx": { "bf16": "emulated" },
      "pytorch": { "mode": "eager" },
      "target_isa": "amx",
      "accuracy_criterion": { "absolute": 0.5 },
      "tuning": { "strategy": "random", "max_trials": 7, "timeout": 1.5, "metric": "mse", "topk": 5, "random_seed": -1, "confidence_batches": 3 },
      "inputs": ["decoded:0"],
      "outputs": ["probabilities"], /* one of two */
      "signature": "predict",
      "tags": ["serve", "tpu"],
    }`);
    expect(problems).toEqual([]);
    expect(config).toEqual({
      use_bf16: true,
      bf16_ops: ['MatMul', 're:encoder/.*'],
      op_type_dict: { Conv2D: 'int8', Softmax: 'fp32' },
      op_name_dict: { 'head/.*': 'auto' },
      calibration: { data: 'train.npz', sampling_size: 7, algorithm: 'percentile', ranges: 'ranges.json' },
      preparation: { ...DEFAULT_CONFIG.preparation, padding_fusion: false },
      quantization: { weight_granularity: 'per_tensor', weight_algorithm: 'mse', form: 'fused', reduce_range: false },
      cast_placement: 'none',
      cast_cost: 'bytes',
      bf16_reward: 0.5,
      sensitive_ops: { softmax: 'auto', losses: 'fp32' },
      onnx: { bf16: 'emulated' },
      pytorch: { mode: 'eager' },
      target_isa: 'amx',
      accuracy_criterion: { absolute: 0.5 },
      tuning: { strategy: 'random', max_trials: 7, timeout: 1.5, metric: 'mse', topk: 5, random_seed: -1, confidence_batches: 3 },
      inputs: ['decoded:0'],
      outputs: ['probabilities'],
      signature: 'predict',
      tags: ['serve', 'tpu'],
    });
  });

  it.each([0, 0.25, 1, 2.5])('reads the reward %d', (reward) => {
    expect(parse(`{"bf16_reward": ${reward}}`)).toMatchObject({ config: { bf16_reward: reward }, problems: [] });
  });

  it('refuses a number too large for arithmetic', () => {
    expect(messages('{"bf16_reward": 1e999}')).toEqual(['error: "bf16_reward" must be a number of at least 0, not Infinity.']);
  });

  it('keeps what is valid beside what is not', () => {
    const { config } = parse('{"use_bf16": 1, "op_type_dict": {"Conv2D": "int9", "MatMul": "bf16"}, "bf16_ops": ["Add", 3]}');
    expect(config).toEqual({ ...DEFAULT_CONFIG, op_type_dict: { MatMul: 'bf16' }, bf16_ops: ['Add'] });
  });

  it('reads what it can of a file being typed', () => {
    const { config, problems } = parse('{"use_bf16": true, "op_type_dict": {"Conv2D": "int8"');
    expect(config).toMatchObject({ use_bf16: true, op_type_dict: { Conv2D: 'int8' } });
    expect(problems.every((problem) => problem.message.startsWith('Invalid JSON: '))).toBe(true);
    expect(problems).not.toEqual([]);
  });

  it('keeps names that mean something to JavaScript', () => {
    const { config } = parse('{"op_type_dict": {"__proto__": "fp32", "constructor": "bf16"}}');
    expect(Object.entries(config.op_type_dict)).toEqual([['__proto__', 'fp32'], ['constructor', 'bf16']]);
  });

  it('lets the last of equal patterns win, in its place', () => {
    const { config, problems } = parse('{"op_name_dict": {"a": "int8", "b": "fp32", "a": "bf16"}}');
    expect(Object.entries(config.op_name_dict)).toEqual([['b', 'fp32'], ['a', 'bf16']]);
    expect(problems.map((problem) => problem.severity)).toEqual(['warning']);
  });
});

describe("Intel Neural Compressor's long form", () => {
  it.each([
    ['{"weight": {"dtype": ["fp32"]}, "activation": {"dtype": ["fp32", "uint8", "int8"]}}', ['int8', 'fp32']],
    ['{"weight": {"dtype": ["fp32", "bf16"]}, "activation": {"dtype": ["uint8"]}}', 'int8'],
    ['{"activation": {"dtype": "bf16"}, "weight": {"dtype": ["int8"]}}', 'bf16'],
    ['{"weight": {"dtype": "fp32"}}', 'fp32'],
  ])('%s means %s', (value, choice) => {
    const { config, problems } = parse(`{"op_type_dict": {"Conv2D": ${value}}, "op_name_dict": {"c1": ${value}}}`);
    expect(config.op_type_dict).toEqual({ Conv2D: choice });
    expect(config.op_name_dict).toEqual({ c1: choice });
    expect(problems).toEqual([]);
  });

  it('leaves the op to the defaults where it has options and no dtype, and takes the weight where only that has one', () => {
    const { config } = parse('{"op_type_dict": {"Conv2D": {"weight": {"granularity": ["per_tensor"]}}, "MatMul": {"activation": {"scheme": ["sym"]}, "weight": {"dtype": ["bf16", "fp32"]}}}}');
    expect(config.op_type_dict).toEqual({ Conv2D: 'auto', MatMul: ['bf16', 'fp32'] });
  });

  it('says which options do not count', () => {
    expect(messages('{"op_type_dict": {"Conv2D": {"activation": {"dtype": "int8", "scheme": ["asym"]}}}}')).toEqual([
      'warning: "op_type_dict.Conv2D.activation.scheme" is not supported by this version, ignored: only dtype counts.',
    ]);
  });

  it.each([
    ['{}', '"op_name_dict.c" must name a dtype for "activation".'],
    ['{"activation": {}}', '"op_name_dict.c.activation.dtype" must be a dtype or a list of them: "int8", "uint8", "bf16", "fp32".'],
    ['{"activation": {"dtype": []}}', '"op_name_dict.c.activation.dtype" must be a dtype or a list of them: "int8", "uint8", "bf16", "fp32".'],
    ['{"activation": {"dtype": ["int4"]}}', '"op_name_dict.c.activation.dtype[0]" must be one of "int8", "uint8", "bf16", "fp32", not "int4"; did you mean "int8"?'],
    ['{"output": "int8"}', 'Unknown key "op_name_dict.c.output"; accepted here: activation, weight.'],
  ])('refuses %s', (value, message) => {
    expect(messages(`{"op_name_dict": {"c": ${value}}}`)[0]).toBe(`error: ${message}`);
  });
});

describe('a list of precisions', () => {
  it.each([
    ['["fp32", "int8"]', ['int8', 'fp32']],
    ['["bf16"]', 'bf16'],
    ['["bf16", "bf16", "fp32"]', ['bf16', 'fp32']],
  ])('%s is what the op accepts', (value, wish) => {
    expect(parse(`{"op_type_dict": {"Conv2D": ${value}}}`)).toMatchObject({ config: { op_type_dict: { Conv2D: wish } }, problems: [] });
  });

  it.each([
    ['[]', '"op_type_dict.Conv2D" must be a precision or a list of them: "int8", "bf16", "fp32".'],
    ['["auto"]', '"op_type_dict.Conv2D[0]" must be one of "int8", "bf16", "fp32", not "auto".'],
    ['["int8", "fp16"]', '"op_type_dict.Conv2D[1]" must be one of "int8", "bf16", "fp32", not "fp16".'],
  ])('refuses %s', (value, message) => {
    expect(messages(`{"op_type_dict": {"Conv2D": ${value}}}`)).toEqual([`error: ${message}`]);
    expect(parse(`{"op_type_dict": {"Conv2D": ${value}}}`).config.op_type_dict).toEqual({});
  });
});

describe('problems', () => {
  it.each([
    ['{"use_bf6": true}', 'error: Unknown key "use_bf6"; did you mean "use_bf16"?'],
    ['{"model": "x"}', 'error: Unknown key "model"; accepted here: use_bf16, bf16_ops, op_type_dict, op_name_dict, calibration, preparation, quantization, cast_placement, cast_cost, bf16_reward, sensitive_ops, onnx, pytorch, target_isa, accuracy_criterion, tuning, inputs, outputs, signature, tags.'],
    ['{"use_bf16": "yes"}', 'error: "use_bf16" must be true or false, not "yes".'],
    ['{"use_bf16": null}', 'error: "use_bf16" must be true or false, not null.'],
    ['{"bf16_ops": "MatMul"}', 'error: "bf16_ops" must be a list, not "MatMul".'],
    ['{"bf16_ops": [1]}', 'error: "bf16_ops[0]" must be a text in double quotes, not 1.'],
    ['{"op_type_dict": ["Conv2D"]}', 'error: "op_type_dict" must be an object in braces, not ["Conv2D"].'],
    ['{"op_type_dict": {"Conv2D": "bf61"}}', 'error: "op_type_dict.Conv2D" must be one of "int8", "bf16", "fp32", "auto", not "bf61".'],
    ['{"op_type_dict": {"Conv2D": "INT8"}}', 'error: "op_type_dict.Conv2D" must be one of "int8", "bf16", "fp32", "auto", not "INT8"; did you mean "int8"?'],
    ['{"calibration": {"sampling_size": -5}}', 'error: "calibration.sampling_size" must be a whole number of at least 1, not -5.'],
    ['{"calibration": {"sampling_size": 0}}', 'error: "calibration.sampling_size" must be a whole number of at least 1, not 0.'],
    ['{"calibration": {"sampling_size": 1.5}}', 'error: "calibration.sampling_size" must be a whole number of at least 1, not 1.5.'],
    ['{"calibration": {"algorithm": "percentil"}}', 'error: "calibration.algorithm" must be one of "minmax", "moving_average", "percentile", "kl", "mse", not "percentil"; did you mean "percentile"?'],
    ['{"bf16_reward": -0.25}', 'error: "bf16_reward" must be a number of at least 0, not -0.25.'],
    ['{"bf16_reward": "0.25"}', 'error: "bf16_reward" must be a number of at least 0, not "0.25".'],
    ['{"sensitive_ops": {"softmaxx": "auto"}}', 'error: Unknown key "sensitive_ops.softmaxx"; did you mean "softmax"?'],
    ['{"sensitive_ops": {"gelu": "auto"}}', 'error: Unknown key "sensitive_ops.gelu"; accepted here: softmax, normalization, losses, powers_and_logarithms.'],
    ['{"sensitive_ops": {"softmax": "bf16"}}', 'error: "sensitive_ops.softmax" must be one of "fp32", "auto", not "bf16".'],
    ['{"tuning": {"metric": "topks"}}', 'error: "tuning.metric" must be one of "topk", "mse", "sqnr", "cosine", or the path of a .mjs, .js, .cjs or .py file with a metric of your own, not "topks"; did you mean "topk"?'],
    ['[]', 'error: The config must be one object in braces.'],
  ])('%s', (text, message) => {
    expect(messages(text)).toEqual([message]);
  });

  it.each(['{"op_name_dict": {"head/(": "fp32"}}', '{"bf16_ops": ["re:head/("]}'])('refuses the regular expression in %s', (text) => {
    expect(messages(text)).toHaveLength(1);
    expect(messages(text)[0]).toMatch(/^error: "head\/\(" must be a valid regular expression \(.+\)\.$/);
  });

  it.each(['topk', './own.mjs', '../metrics/own.py'])('takes %s for a metric', (metric) => {
    expect(messages(JSON.stringify({ tuning: { metric } }))).toEqual([]);
  });

  it('takes an op type for what it is, not for a regular expression', () => {
    expect(messages('{"bf16_ops": ["Odd(Op"]}')).toEqual([]);
  });

  it('says what this version does in place of what it does not support', () => {
    const text = '{"keep_io_dtype": false}';
    expect(parse(text).config).toEqual(DEFAULT_CONFIG);
    expect(messages(text)).toHaveLength(1);
    for (const message of messages(text)) expect(message).toMatch(/^warning: .* is not supported by this version, ignored: .+\.$/);
  });

  it('has none with the defaults written out, also those with one value here', () => {
    const text = `{ "use_bf16": false, "op_type_dict": {}, "op_name_dict": {},
      "calibration": { "sampling_size": 100, "algorithm": "minmax" },
      "quantization": { "form": "qdq", "weight_granularity": "per_channel", "weight_algorithm": "minmax", "reduce_range": "auto" },
      "cast_placement": "min_cut", "cast_cost": "count", "bf16_reward": 0.25, "sensitive_ops": {},
      "keep_io_dtype": true, "accuracy_criterion": { "relative": 0.01 } }`;
    expect(parse(text)).toMatchObject({ config: DEFAULT_CONFIG, problems: [] });
  });

  it('takes the default accuracy criterion from an empty one, and refuses two at the second', () => {
    expect(parse('{"accuracy_criterion": {}}')).toMatchObject({ config: DEFAULT_CONFIG, problems: [] });
    const text = '{"accuracy_criterion": {"absolute": 1, "relative": 0.02}}';
    const { config, problems } = parse(text);
    expect(config.accuracy_criterion).toEqual({ absolute: 1 });
    expect(problems.map(({ message, severity, offset, length }) => [severity, message, text.slice(offset, offset + length)])).toEqual([
      ['error', '"accuracy_criterion" takes one of "relative", "absolute", not both.', '"relative"'],
    ]);
  });

  it('point at the key or value in question', () => {
    const text = '// mine\n{ "calibration": { "sampling_size": 0, "smapling": 1 } }';
    const places = parse(text).problems.map(({ offset, length, path }) => [text.slice(offset, offset + length), path]);
    expect(places).toEqual([
      ['0', ['calibration', 'sampling_size']],
      ['"smapling"', ['calibration', 'smapling']],
    ]);
  });
});

describe('requireValid', () => {
  it('passes warnings', () => {
    expect(requireValid(parse('{"keep_io_dtype": false}'))).toEqual(DEFAULT_CONFIG);
  });

  it('throws one line with file, line and the first error', () => {
    const attempt = () => requireValid(parse('{\n  "use_bf16": 1,\n  "oops": 2\n}'));
    expect(attempt).toThrow(UserError);
    try {
      attempt();
    } catch (error) {
      expect((error as UserError).oneLine).toBe('my.mixed-precision.json: line 2: "use_bf16" must be true or false, not 1. 1 more problem follows');
    }
  });
});
