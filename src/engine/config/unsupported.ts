/** Keys other versions and the documentation of Intel Neural Compressor know, and what happens here instead. */
export const UNSUPPORTED_KEYS: Readonly<Record<string, string>> = {
  keep_io_dtype: 'inputs and outputs of the model always keep their types',
  'quantization.form': 'the portable form with Quantize and Dequantize is written',
  'quantization.reduce_range': 'weights use all 8 bits',
};

/** Values by `key=value`, with the value used in their place (also the end of the warning's sentence). */
export const UNSUPPORTED_VALUES: Readonly<Record<string, string>> = {
  'calibration.algorithm=kl': 'minmax',
  'calibration.algorithm=mse': 'minmax',
};

/** Options of Intel Neural Compressor's long form beside dtype. */
export const UNSUPPORTED_TENSOR_OPTIONS: readonly string[] = ['granularity', 'scheme', 'algorithm', 'quant_mode', 'bit', 'compute_dtype'];
