import type { Option, Options } from './options';
import { readReduceRange } from './settings';

const ONE_OBJECTIVE = 'tune looks for the least modelled time that keeps the accuracy: it is left out.';
const NO_LOG = 'tune keeps a journal of its trials beside its result: it is left out.';

/** Options of Neural Compressor without a counterpart, with the values that need no word, and what happens here instead. */
export const NO_COUNTERPART = {
  device: { usual: ['cpu'], note: 'Models are converted for CPUs here: it is left out.' },
  backend: { usual: ['default', ''], note: 'Models are converted for TensorFlow as it is: the backend is left out.' },
  domain: { usual: ['auto'], note: 'Nothing depends on the kind of model here: it is left out.' },
  quant_format: { usual: ['default', 'QDQ'], note: 'Here quantization.form chooses how INT8 ops are written: it is left out.' },
  reduce_range: { usual: [null], read: readReduceRange },
  example_inputs: { usual: [null], note: 'Only PyTorch needs it: it is left out.' },
  objective: { usual: ['performance'], note: ONE_OBJECTIVE },
  performance_only: { usual: [false], note: 'Here use_bf16 alone decides whether ops become BF16: this turns nothing on and is left out.' },
  tensorboard: { usual: [false], note: NO_LOG },
  workspace: { note: NO_LOG },
  diagnosis: { usual: [false], note: NO_LOG },
  ni_workload_name: { usual: ['quantization'], note: NO_LOG },
  dataloader: { usual: [null], note: 'Data loaders are Python: name a .npz file as calibration.data instead.' },
} as const satisfies Readonly<Record<string, Option>>;

const NAME_THE_NODE = 'There is no such rule here: name the node in op_name_dict as "fp32" instead.';
const ONLY_ONNX = { note: 'Only ONNX has it: it is left out.' };
const OTHER_QUANTIZATION = { usual: [null, false], note: 'There is no such method of quantization here: it is left out.' };

export const RECIPES: Options = {
  scale_propagation_max_pooling: { usual: [true, false] },
  scale_propagation_concat: { usual: [true, false] },
  first_conv_or_matmul_quantization: { usual: [true], note: NAME_THE_NODE },
  last_conv_or_matmul_quantization: { usual: [true], note: NAME_THE_NODE },
  pre_post_process_quantization: { usual: [true], note: ONLY_ONNX.note },
  fast_bias_correction: { usual: [false], note: 'Biases are not corrected here: it is left out.' },
  weight_correction: { usual: [false], note: 'Weights are not corrected here: it is left out.' },
  smooth_quant: OTHER_QUANTIZATION,
  smooth_quant_args: OTHER_QUANTIZATION,
  layer_wise_quant: OTHER_QUANTIZATION,
  layer_wise_quant_args: OTHER_QUANTIZATION,
  rtn_args: OTHER_QUANTIZATION,
  awq_args: OTHER_QUANTIZATION,
  gptq_args: OTHER_QUANTIZATION,
  teq_args: OTHER_QUANTIZATION,
  autoround_args: OTHER_QUANTIZATION,
  gemm_to_matmul: { usual: [true], note: ONLY_ONNX.note },
  graph_optimization_level: { usual: [null], note: ONLY_ONNX.note },
  add_qdq_pair_to_weight: { usual: [false], note: ONLY_ONNX.note },
  optypes_to_exclude_output_quant: { usual: [null], note: ONLY_ONNX.note },
  dedicated_qdq_pair: { usual: [false], note: ONLY_ONNX.note },
};

const NOT_STATIC = 'Ranges are always calibrated here (static): it is read as if it were static.';

export const APPROACH: Option = { usual: ['static', 'post_training_static_quant'], note: NOT_STATIC };
