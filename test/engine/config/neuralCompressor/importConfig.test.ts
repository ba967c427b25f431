import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import { configFileText, importNeuralCompressor } from '../../../../src/engine/config/neuralCompressor/importConfig';

const MODEL = 'model: { name: m, framework: tensorflow }\n';
const yaml = (text: string) => importNeuralCompressor(MODEL + text, 'conf.yaml');
const python = (text: string) => importNeuralCompressor(text, 'conf.py');
const post = (given: string) => python(`PostTrainingQuantConfig(excluded_precisions=["bf16"], ${given})`);
const FP32 = '{"activation": {"dtype": ["fp32"]}}';
const errorOf = (text: string, file: string): string => {
  try {
    importNeuralCompressor(text, file);
  } catch (error) {
    if (error instanceof UserError) return error.oneLine;
    throw error;
  }
  return 'no error';
};

it('writes a config file', () => {
  expect(configFileText(yaml('use_bf16: true\nquantization: { op_wise: { conv: { activation: { dtype: [uint8, bf16] } } } }'))).toBe(
    '{\n  "use_bf16": true,\n  "op_name_dict": {\n    "conv": [\n      "int8",\n      "bf16"\n    ]\n  }\n}\n');
});

describe('use_bf16', () => {
  it('is what the file says, at either place', () => {
    expect(yaml('use_bf16: True').config).toEqual({ use_bf16: true });
    expect(yaml('quantization: { use_bf16: on }').config).toEqual({ use_bf16: true });
    expect(yaml('quantization: { use_bf16: on }\nuse_bf16: off').config).toEqual({ use_bf16: false });
    expect(yaml('mixed_precision: { precisions: bf16 }\nuse_bf16: false').config).toEqual({ use_bf16: false });
    expect(python('config.quantization.use_bf16 = True').config).toEqual({ use_bf16: true });
  });

  it('is left to our default, with a note, where YAML or the pythonic config is silent', () => {
    for (const imported of [yaml('device: cpu'), python('from neural_compressor import config\nconfig.quantization.device = "cpu"')]) {
      expect(imported.config).toEqual({});
      expect(imported.notes.map(({ path }) => path.split('.').at(-1))).toEqual(['use_bf16']);
    }
  });

  it('is not turned on by performance_only', () => {
    for (const imported of [yaml('use_bf16: false\ntuning: { exit_policy: { performance_only: true } }'), python('config.quantization.use_bf16 = False\nconfig.quantization.performance_only = True')]) {
      expect(imported.config).toEqual({ use_bf16: false });
      expect(imported.notes.map(({ path }) => path.split('.').at(-1))).toEqual(['performance_only']);
    }
  });

  it('is on for version 2 unless it is excluded', () => {
    expect(python('PostTrainingQuantConfig(excluded_precisions=["fp16"])')).toMatchObject({ config: { use_bf16: true }, notes: [], kind: 'v2-python' });
    expect(python('c = PostTrainingQuantConfig()\nc.use_bf16 = False')).toMatchObject({ config: { use_bf16: false }, notes: [] });
    expect(python('MixedPrecisionConfig(precision="bf16", excluded_precisions=["bf16"])').config).toEqual({ use_bf16: false });
  });

  it('must be true or false', () => {
    expect(yaml('use_bf16: maybe').notes[0]).toEqual({ path: 'use_bf16', message: 'This should be true or false, not "maybe": it is left out.' });
  });
});

describe('op types', () => {
  it('may be told of by their names of version 2.0', () => {
    expect(post(`op_type_list={"conv3d": ${FP32}}, op_name_list={"a": ${FP32}}`).config).toEqual({ use_bf16: false, op_type_dict: { Conv3D: 'fp32' }, op_name_dict: { a: 'fp32' } });
  });

  it('are replaced by those that follow', () => {
    expect(post(`op_type_dict={"conv3d": ${FP32}, "deconv3d": ${FP32}, "conv.*": {"activation": {"dtype": "bf16"}}}`).config['op_type_dict']).toEqual({
      Conv3D: 'bf16', Conv3DBackpropInputV2: 'fp32', Conv2D: 'bf16', DepthwiseConv2dNative: 'bf16',
    });
  });

  it('may be regular expressions, if matching them cannot take long', () => {
    expect(post(`op_type_dict={"FusedBatchNorm(V[23])?": ${FP32}}`).config['op_type_dict']).toEqual({ FusedBatchNormV2: 'fp32' });
    for (const pattern of ['(\\\\w+\\\\w*)+!', '(a|.|b)*c', '.*.*.*.*.*!', `${'['.repeat(100_000)}`]) {
      expect(post(`op_type_dict={"${pattern}": ${FP32}}, op_name_dict={"${'['.repeat(100_000)}": ${FP32}}`).config).toEqual({ use_bf16: false });
    }
  });

  it('that are all lose what was said of them before', () => {
    expect(post(`op_type_dict={"Sigmoid": ${FP32}, ".+": {"activation": {"dtype": ["uint8"]}}}`).config).toEqual({ use_bf16: false });
    expect(yaml('use_bf16: true\nquantization: { model_wise: { activation: { dtype: fp32 } }, optype_wise: { ".*": { activation: { dtype: [int8, bf16, fp32] } } } }').config).toEqual({ use_bf16: true });
  });
});

describe('model_wise', () => {
  const wished = (dtype: string) => yaml(`use_bf16: true\nquantization: { model_wise: { activation: { dtype: ${dtype} } } }`).config;

  it('of INT8 is what holds anyway', () => expect(wished('[uint8, int8]')).toEqual({ use_bf16: true }));

  it('of BF16 takes INT8 from op types that can have it, and leaves the list of BF16 ops', () => {
    expect(wished('bf16')).toMatchObject({ op_type_dict: { Conv2D: 'bf16', MatMul: 'bf16', Einsum: 'bf16' } });
    expect(wished('bf16')).not.toHaveProperty('bf16_ops');
  });

  it('of FP32 empties the list of BF16 ops, too', () => expect(wished('[fp32]')).toMatchObject({ bf16_ops: [], op_type_dict: { Conv2D: 'fp32' } }));
});

it('the names that come last win, as in the file', () => {
  expect(Object.keys(yaml(`quantization: { op_wise: { "a(?#1)": ${FP32}, b: ${FP32}, "a(?#2)": ${FP32} } }`).config['op_name_dict']!)).toEqual(['b', 'a']);
});

it('names of JavaScript are names like others', () => {
  const { config } = yaml(`quantization: { op_wise: { __proto__: ${FP32}, constructor: ${FP32} }, optype_wise: { toString: ${FP32} } }`);
  expect(Object.entries(config['op_name_dict']!)).toEqual([['__proto__', 'fp32'], ['constructor', 'fp32']]);
  expect(config).not.toHaveProperty('op_type_dict');
});

describe('accuracy_criterion', () => {
  it.each([
    ['AccuracyCriterion()', undefined],
    ['AccuracyCriterion(criterion="absolute")', { absolute: 0.01 }],
    ['AccuracyCriterion(True, "absolute", 2)', { absolute: 2 }],
    ['AccuracyCriterion(tolerable_loss=0.5)', { relative: 0.5 }],
    ['{"relative": 0.25}', { relative: 0.25 }],
    ['AccuracyCriterion(tolerable_loss=-0.5)', undefined],
    ['AccuracyCriterion(criterion="best")', undefined],
    ['0.5', undefined],
  ])('%s', (text, expected) => expect(post(`accuracy_criterion=${text}`).config['accuracy_criterion']).toEqual(expected));

  it('may be a percentage', () => expect(yaml('tuning: { accuracy_criterion: { absolute: 0.5% } }').config['accuracy_criterion']).toEqual({ absolute: 0.005 }));
});

describe('notes', () => {
  it('name keys that do not exist', () => {
    expect(post('aproach="dynamic", other=1').notes).toEqual([
      { path: 'aproach', message: 'Neural Compressor knows no such key: it is left out; did you mean "approach"?' },
      { path: 'other', message: 'Neural Compressor knows no such key: it is left out.' },
    ]);
  });

  it('name what is of another kind', () => {
    const { config, notes } = yaml('use_bf16: true\nquantization:\n  op_wise: [conv]\n  optype_wise: { conv2d: fp32, matmul: { weights: { dtype: [fp32] }, activation: 1 } }\n  calibration: { sampling_size: none }\ntuning: 3');
    expect(config).toEqual({ use_bf16: true });
    expect(notes.map(({ path }) => path)).toEqual([
      'quantization.calibration.sampling_size', 'quantization.optype_wise.conv2d', 'quantization.optype_wise.matmul.weights', 'quantization.optype_wise.matmul.activation',
      'quantization.op_wise', 'tuning',
    ]);
  });

  it('name the other configs and the lines of a script that are not read', () => {
    const { config, notes } = python('a = PostTrainingQuantConfig(inputs=["a"])\nif a:\n  b = PostTrainingQuantConfig(inputs=["b"], excluded_precisions=[])\nfit(b)\nc = WeightPruningConfig()');
    expect(config).toEqual({ use_bf16: true, inputs: ['b'] });
    expect(notes.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'PostTrainingQuantConfig: Line 1 makes another config: it is left out, as the last one is read.',
      'WeightPruningConfig: Line 5 makes a WeightPruningConfig, which has no counterpart here: it is left out.',
      'line 3: It stands in a block, such as a function or a condition, and is read as if that ran once.',
      'line 4: Scripts are not run: only literals, and objects made of them, are read.',
    ]);
  });
});

describe('a file at fault', () => {
  it.each<[string, string, string | RegExp]>([
    ['conf.json', '{}', 'conf.json: a config of Neural Compressor ends in .yaml, .yml or .py. Choose such a file'],
    ['a.yaml', 'model:\n  name: x\n  name: y\n', 'a.yaml: line 3: this is no valid YAML: Map keys must be unique. Correct it and import again'],
    ['a.yml', 'a: 1\nb: [1, 2\nc: 3\n', /^a\.yml: line 3: this is no valid YAML: /],
    ['a.yaml', '- a\n- b\n', 'a.yaml: line 1: a config of Neural Compressor has keys and values, such as "model:". Choose another file'],
    ['a.yaml', '', 'a.yaml: line 1: a config of Neural Compressor has keys and values, such as "model:". Choose another file'],
    ['a.yaml', `a: &a [x]\n${'bcdefghijk'.split('').map((key, index) => `${key}: &${key} [${`*${'abcdefghij'[index]}, `.repeat(9)}]`).join('\n')}`, 'a.yaml: its YAML aliases multiply too much. Write the values out'],
    ['a.yaml', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'a.yaml: it is nested too deep for a config. Choose another file'],
    ['a.py', 'print("x")', /^a\.py: the script makes no config of Neural Compressor\. Possible are PostTrainingQuantConfig, /],
    ['a.py', 'from neural_compressor.experimental import Quantization\nq = Quantization("./conf.yaml")', 'a.py: the script takes its config from ./conf.yaml. Import that file'],
    ['a.py', '\nc = QuantizationAwareTrainingConfig()', /^a\.py: line 2: a QuantizationAwareTrainingConfig cannot be imported\. Possible are /],
    ['a.py', 'c = StaticQuantConfig() + SmoothQuantConfig()', /^a\.py: line 1: configs that are added to each other cannot be imported\. /],
    ['a.py', 'c = StaticQuantConfig()\nc += StaticQuantConfig()', /^a\.py: line 1: configs that are added to each other/],
  ])('%s %#', (file, text, message) => expect(errorOf(text, file)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message)));

  it('reads tags of Python as what they are on', () => {
    expect(yaml('use_bf16: true\nquantization: { calibration: { sampling_size: !!python/tuple [20] } }').config).toEqual({ use_bf16: true, calibration: { sampling_size: 20 } });
  });
});

describe('tuning', () => {
  it('is how Neural Compressor searches, in all versions', () => {
    const tuning = { strategy: 'mse', max_trials: 10, timeout: 60, random_seed: 7, confidence_batches: 3 };
    expect(yaml('use_bf16: on\ntuning: { strategy: { name: mse, confidence_batches: 3 }, exit_policy: { timeout: 60, max_trials: 10 }, random_seed: 7 }')).toMatchObject({ config: { tuning }, notes: [] });
    // Python has the seed elsewhere.
    expect(post('tuning_criterion=TuningCriterion(strategy="mse", timeout=60, max_trials=10, strategy_kwargs={"confidence_batches": 3})')).toMatchObject({ config: { tuning: { strategy: 'mse', max_trials: 10, timeout: 60, confidence_batches: 3 } }, notes: [] });
  });

  it('is conservative where quant_level is 0', () => {
    expect(post('quant_level=0').config).toMatchObject({ tuning: { strategy: 'conservative' } });
    expect(post('quant_level=1').config).not.toHaveProperty('tuning');
  });

  it('takes the metric of the evaluation', () => {
    expect(yaml('use_bf16: on\nevaluation: { accuracy: { metric: { topk: 5 } } }')).toMatchObject({ config: { tuning: { metric: 'topk', topk: 5 } }, notes: [] });
    expect(yaml('use_bf16: on\nevaluation: { accuracy: { metric: { MSE: { compare_label: true } } } }')).toMatchObject({ config: { tuning: { metric: 'mse' } }, notes: [] });
    expect(yaml('use_bf16: on\nevaluation: { accuracy: { metric: { F1: {} } } }').notes).toEqual([
      { path: 'evaluation.accuracy.metric.F1', message: 'There is no metric "F1" here: accuracy is measured as topk.' },
    ]);
  });

  it('notes what is not there', () => {
    expect(yaml('use_bf16: on\ntuning: { strategy: { name: sigopt }, exit_policy: { max_trials: 0 } }')).toMatchObject({ notes: [
      { path: 'tuning.strategy.name', message: 'There is no strategy "sigopt" here: tune searches as "basic" does.' },
      { path: 'tuning.exit_policy.max_trials', message: 'This should be a number of trials, not 0: it is left out.' },
    ] });
  });
});
