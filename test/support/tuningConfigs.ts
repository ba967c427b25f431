import type { TuningConfig } from '../../src/engine/config/config';
import { parseConfig, requireValid } from '../../src/engine/config/parse';

/** Configs of which Neural Compressor can say everything: op types of one of its names are all there, with one wish. */
export const EXPORTABLE: readonly object[] = [
  {},
  { use_bf16: true },
  { use_bf16: false },
  { calibration: { sampling_size: 1 } },
  { calibration: { sampling_size: 100000 } },
  { accuracy_criterion: { relative: 0.02 } },
  { accuracy_criterion: { relative: 1 } },
  { accuracy_criterion: { relative: 1e-7 } },
  { accuracy_criterion: { absolute: 0 } },
  { accuracy_criterion: { absolute: 2 } },
  { tuning: { strategy: 'mse', max_trials: 7, timeout: 60 } },
  { tuning: { strategy: 'mse_v2', confidence_batches: 5 } },
  { inputs: ['image'] },
  { inputs: ['a', 'scope/b:1'], outputs: ['softmax', 'model:0'] },
  { outputs: ['true', 'null', '1', 'yes', '~', '1:30', '0x10', '', ' a , b '] },
  { op_type_dict: { Conv2D: 'int8', DepthwiseConv2dNative: 'int8' } },
  { use_bf16: true, op_type_dict: { MatMul: 'bf16', BatchMatMul: 'bf16', BatchMatMulV2: 'bf16', Softmax: 'fp32', Mean: 'bf16' } },
  { use_bf16: true, op_type_dict: { Softmax: ['bf16', 'fp32'], Relu: ['bf16', 'fp32'] } },
  { op_type_dict: { MaxPool: 'fp32', AvgPool: 'fp32', MaxPool3D: 'fp32', ConcatV2: 'fp32', Pad: 'fp32', Conv3D: 'int8' } },
  { op_name_dict: { 'encoder/.*': 'fp32' } },
  { use_bf16: true, op_name_dict: { '.*': 'bf16', 'layer_\\d+/(?:conv|dense)': 'int8', 'layer_1/conv': 'fp32' } },
  { op_name_dict: { 'layer_1/conv': 'fp32', '.*conv': 'int8', 'z': 'fp32', 'a': 'int8' } },
  { use_bf16: true, op_name_dict: { 'head/[^/]+': ['bf16', 'fp32'] } },
  { op_name_dict: { '(?<block>a|b)/x{2,3}(?!y).*': 'fp32' } },
  { op_name_dict: { 'a\\.b\\-c': 'fp32', '[\\w.-]+/kernel': 'int8', '\\x41\\u0042': 'fp32' } },
  { op_name_dict: { 'on': 'fp32', 'null': 'int8', '"': 'fp32', "'''": 'int8', '#': 'fp32', 'a: b': 'int8', '\n': 'fp32', '\u2028': 'int8', '\u0085': 'fp32', 'é\u{1f600}': 'int8' } },
  { use_bf16: true, op_type_dict: { Conv2D: 'bf16', DepthwiseConv2dNative: 'bf16' }, op_name_dict: { stem: 'fp32' }, calibration: { sampling_size: 7 }, accuracy_criterion: { absolute: 0.5 }, inputs: ['x'], outputs: ['y'] },
  { quantization: { weight_granularity: 'per_tensor' } },
  { calibration: { algorithm: 'kl' }, quantization: { weight_granularity: 'per_tensor' } },
];

/** What Neural Compressor cannot say, or says differently: noted, and accepted without. */
export const NOTED: readonly object[] = [
  { bf16_ops: ['MatMul', 're:a"\n.*'] },
  { calibration: { data: 'data.npz', ranges: 'ranges\u2028.json', algorithm: 'percentile' } },
  { cast_placement: 'none', cast_cost: 'bytes', bf16_reward: 3, target_isa: 'amx', sensitive_ops: { softmax: 'auto', losses: 'fp32' } },
  { op_type_dict: { Conv2D: 'fp32', MaxPool: 'int8', AvgPool: 'bf16', Relu: 'auto' } },
  { op_name_dict: { a: 'auto', 'b.*': ['int8', 'fp32'], '(c)\\1': 'fp32' } },
];

/** A config file's content as the phases see it. Throws UserError when the schema refuses it. */
export function readConfig(content: object): TuningConfig {
  return requireValid(parseConfig(JSON.stringify(content), 'test.mixed-precision.json'));
}
