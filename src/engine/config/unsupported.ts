/** Keys with one meaning here: the values that say it, and the end of the sentence about any other. */
export const FIXED_VALUES: Readonly<Record<string, { readonly values: readonly unknown[]; readonly instead: string }>> = {
  keep_io_dtype: { values: [true], instead: 'inputs and outputs of the model always keep their types' },
};

/** Options of Intel Neural Compressor's long form beside dtype. */
export const UNSUPPORTED_TENSOR_OPTIONS: readonly string[] = ['granularity', 'scheme', 'algorithm', 'quant_mode', 'bit', 'compute_dtype'];
