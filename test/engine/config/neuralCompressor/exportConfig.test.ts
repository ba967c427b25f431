import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, type TuningConfig } from '../../../../src/engine/config/config';
import { exportNeuralCompressor } from '../../../../src/engine/config/neuralCompressor/exportConfig';
import { readConfig } from '../../../support/tuningConfigs';

const config = (given: Partial<TuningConfig>): TuningConfig => ({ ...DEFAULT_CONFIG, ...given });

const EVERYTHING = config({
  use_bf16: true,
  op_type_dict: { MatMul: 'int8', BatchMatMul: 'int8', BatchMatMulV2: 'int8', Softmax: ['bf16', 'fp32'] },
  op_name_dict: { 'encoder/.*': 'fp32', 'encoder/0/mul_\\d+': 'int8' },
  calibration: { ...DEFAULT_CONFIG.calibration, sampling_size: 20 },
  accuracy_criterion: { absolute: 1 },
  inputs: ['image'],
  outputs: ['Identity:0', 'Identity_1'],
});

describe('exportNeuralCompressor', () => {
  it('writes YAML', () => {
    expect(exportNeuralCompressor(EVERYTHING, 'inc-yaml', { name: 'digits' })).toEqual({
      notes: [],
      text: `# A Mixed Precision config, for Intel Neural Compressor 2.x.
version: 2.0

model:
  name: "digits"
  framework: tensorflow
  inputs: ["image"]
  outputs: ["Identity:0", "Identity_1"]

use_bf16: true

quantization:
  approach: post_training_static_quant
  calibration:
    sampling_size: [20]
  model_wise:
    weight:
      granularity: [per_channel]
    activation:
      algorithm: [minmax]
  optype_wise:
    "MatMul":
      activation:
        dtype: ["int8"]
    "matmul":
      activation:
        dtype: ["int8"]
    "BatchMatMul":
      activation:
        dtype: ["int8"]
    "BatchMatMulV2":
      activation:
        dtype: ["int8"]
    "Softmax":
      activation:
        dtype: ["bf16", "fp32"]
  op_wise:
    "encoder/.*":
      activation:
        dtype: ["fp32"]
    "encoder/0/mul_\\\\d+":
      activation:
        dtype: ["int8"]

tuning:
  strategy:
    name: basic
    confidence_batches: 2
  accuracy_criterion:
    absolute: 1.0
  exit_policy:
    timeout: 0
    max_trials: 100
  random_seed: 1978
`,
    });
  });

  it('notes a strategy and a metric that Neural Compressor does not have', () => {
    const { text, notes } = exportNeuralCompressor(readConfig({ tuning: { strategy: 'pareto', metric: 'sqnr', topk: 5 } }), 'inc-yaml');
    expect(text).toContain('name: basic\n');
    expect(notes.map(({ path }) => path)).toEqual(['tuning.strategy', 'tuning.metric', 'tuning.topk']);
  });

  it('writes Python', () => {
    expect(exportNeuralCompressor(EVERYTHING, 'inc-python').text).toBe(`# A Mixed Precision config, for Intel Neural Compressor 2.1 to 2.6.
from neural_compressor.config import AccuracyCriterion, PostTrainingQuantConfig, TuningCriterion

config = PostTrainingQuantConfig(
    inputs=["image"],
    outputs=["Identity:0", "Identity_1"],
    approach="static",
    calibration_sampling_size=[20],
    op_type_dict={
        "MatMul": {"activation": {"dtype": ["int8"]}},
        "matmul": {"activation": {"dtype": ["int8"]}},
        "BatchMatMul": {"activation": {"dtype": ["int8"]}},
        "BatchMatMulV2": {"activation": {"dtype": ["int8"]}},
        "Softmax": {"activation": {"dtype": ["bf16", "fp32"]}},
    },
    op_name_dict={
        "encoder/.*": {"activation": {"dtype": ["fp32"]}},
        "encoder/0/mul_\\\\d+": {"activation": {"dtype": ["int8"]}},
    },
    excluded_precisions=[],
    accuracy_criterion=AccuracyCriterion(criterion="absolute", tolerable_loss=1.0),
    tuning_criterion=TuningCriterion(strategy="basic", strategy_kwargs={"confidence_batches": 2}, timeout=0, max_trials=100),
)
`);
  });

  it('turns BF16 off in words, for Neural Compressor has it on by default', () => {
    expect(exportNeuralCompressor(DEFAULT_CONFIG, 'inc-python').text).toContain('excluded_precisions=["bf16"]');
    expect(exportNeuralCompressor(DEFAULT_CONFIG, 'inc-yaml').text).toContain('\nuse_bf16: false\n');
  });

  it('says how weights are quantized', () => {
    const perTensor = config({ quantization: { ...DEFAULT_CONFIG.quantization, weight_granularity: 'per_tensor' }, op_type_dict: { Softmax: 'fp32' } });
    expect(exportNeuralCompressor(perTensor, 'inc-yaml').text).toContain('    weight:\n      granularity: [per_tensor]\n');
    // First, so that what follows of a type counts.
    expect(exportNeuralCompressor(perTensor, 'inc-python').text).toContain('op_type_dict={\n        ".*": {"weight": {"granularity": ["per_tensor"]}},\n        "Softmax": ');
  });

  it('says how ranges are taken where Neural Compressor has the algorithm', () => {
    const kl = config({ calibration: { ...DEFAULT_CONFIG.calibration, algorithm: 'kl' } });
    expect(exportNeuralCompressor(kl, 'inc-yaml')).toMatchObject({ notes: [], text: expect.stringContaining('      algorithm: [kl]\n') as string });
    expect(exportNeuralCompressor(kl, 'inc-python')).toMatchObject({ notes: [], text: expect.stringContaining('".*": {"activation": {"algorithm": ["kl"]}},') as string });
  });

  it('lists what has no counterpart, in the file too', () => {
    const given: Partial<TuningConfig> = {
      bf16_ops: ['re:a.*'], quantization: { weight_granularity: 'per_channel', weight_algorithm: 'mse', form: 'fused', reduce_range: true }, cast_placement: 'none', cast_cost: 'bytes', bf16_reward: 1, target_isa: 'amx', sensitive_ops: { softmax: 'auto' },
      calibration: { data: 'x.npz', ranges: 'r.json', sampling_size: 1, algorithm: 'percentile' },
    };
    for (const format of ['inc-yaml', 'inc-python'] as const) {
      const { text, notes } = exportNeuralCompressor(config(given), format);
      expect(notes.map(({ path }) => path)).toEqual([
        'bf16_ops', 'calibration.data', 'calibration.ranges', 'calibration.algorithm', 'quantization.weight_algorithm', 'quantization.form', 'quantization.reduce_range', 'cast_placement', 'cast_cost', 'bf16_reward', 'target_isa', 'sensitive_ops.softmax',
      ]);
      for (const { path, message } of notes) expect(text).toContain(`\n#   ${path}: ${message}\n`);
      expect(exportNeuralCompressor(DEFAULT_CONFIG, format).notes).toEqual([]);
    }
  });

  it('says where a name of Neural Compressor means more than one op type', () => {
    const { text, notes } = exportNeuralCompressor(config({ op_type_dict: { Conv2D: 'fp32' } }), 'inc-python');
    expect(text).toContain('"conv2d": {"activation": {"dtype": ["fp32"]}}');
    expect(notes).toEqual([{ path: 'op_type_dict.Conv2D', message: "Neural Compressor's name for it, conv2d, means DepthwiseConv2dNative as well." }]);
  });

  it('leaves such a name out where its op types differ', () => {
    const { text, notes } = exportNeuralCompressor(config({ op_type_dict: { MaxPool: 'int8', AvgPool: 'fp32', MaxPool3D: 'auto' } }), 'inc-python');
    expect(text).not.toContain('pooling"');
    expect(text).toContain('"AvgPool": {"activation": {"dtype": ["fp32"]}}');
    expect(notes.map(({ path }) => path)).toEqual(['op_type_dict.MaxPool', 'op_type_dict.AvgPool', 'op_type_dict.MaxPool3D']);
  });

  it('notes "auto", lists with INT8 among others, and patterns that Python does not know', () => {
    const op_name_dict = { a: 'auto', 'b.*': ['int8', 'bf16'], '(?<=c)d': 'fp32' } as const;
    const { text, notes } = exportNeuralCompressor(config({ op_name_dict }), 'inc-yaml');
    expect(notes.map(({ path }) => path)).toEqual(['op_name_dict.a', 'op_name_dict.b.*', 'op_name_dict.(?<=c)d']);
    expect(text).toContain('"b.*":\n      activation:\n        dtype: ["int8", "bf16"]');
    expect(text).not.toMatch(/^ .*c\)d/m);
  });

  it.each(['"', '\\', '\n', '\u2028', '\u0085', "'''", '"""', '#', ': ', '\u{1f600}', '\ud800', '{{', '%', '"}, print("x"), {"', '* &a !!python/object'])(
    'keeps %j inside its string and its comment', (name) => {
      const given = { op_name_dict: { [name]: 'auto' as const }, inputs: [name], op_type_dict: { [name]: 'fp32' as const } };
      for (const format of ['inc-yaml', 'inc-python'] as const) {
        const { text } = exportNeuralCompressor(config(given), format, { name });
        expect(text).toMatch(/^[ -~\n]*$/);
        // Without strings and comments the file is that of any other name.
        const bare = (source: string) => source.replace(/"(?:\\.|[^"\\\n])*"/g, 'S').replace(/^#.*$/gm, '#');
        expect(bare(text)).toBe(bare(exportNeuralCompressor(config({ op_name_dict: { a: 'auto' }, inputs: ['a'], op_type_dict: { a: 'fp32' } }), format, { name: 'a' }).text));
      }
    });

  it('writes numbers as numbers with a decimal point', () => {
    const loss = (relative: number) => exportNeuralCompressor(config({ accuracy_criterion: { relative } }), 'inc-python').text.match(/tolerable_loss=(.*)\)/)![1];
    expect([1, 0, 0.01, 1e-7, 1.5e21].map(loss)).toEqual(['1.0', '0.0', '0.01', '1.0e-7', '1.5e+21']);
  });
});
