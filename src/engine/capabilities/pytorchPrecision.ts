import { AUTOCAST, baseName, opArguments, runsInBfloat16 } from './pytorch';

/**
 * Which ATen ops become BF16 when the config names none: the CPU list of torch.autocast and the recurrent ops that Intel
 * Neural Compressor converts as modules. An op listed here still needs a BF16 kernel. `prelu` is cheap: it does not gain
 * enough for Casts of its own.
 */
const HEAVY: ReadonlySet<string> = new Set([
  ...AUTOCAST.lowerPrecision.map((op) => op.split('.')[0]!).filter((name) => name !== 'prelu'),
  'convolution', 'einsum', 'gru', 'gru_cell', 'lstm', 'lstm_cell', 'rnn_relu', 'rnn_tanh', 'tensordot',
]);

/** Ops whose arithmetic outweighs a Cast, in the spelling of the graph. */
export const DEFAULT_BF16_OPS: readonly string[] = [
  'aten.linear', 'aten.conv1d', 'aten.conv1d.padding', 'aten.conv2d', 'aten.conv2d.padding', 'aten.conv3d', 'aten.conv3d.padding',
  'aten.conv_transpose1d', 'aten.conv_transpose2d.input', 'aten.conv_transpose3d.input', 'aten.convolution', 'aten._convolution.deprecated',
  'aten.matmul', 'aten.mm', 'aten.bmm', 'aten.addmm', 'aten.addbmm', 'aten.baddbmm', 'aten._addmm_activation', 'aten.linalg_vecdot', 'aten.einsum',
  'aten.tensordot', 'aten.scaled_dot_product_attention', 'aten._native_multi_head_attention', 'aten.conv_tbc',
  'aten.lstm.input', 'aten.gru.input', 'aten.lstm_cell', 'aten.gru_cell', 'aten.rnn_tanh.input', 'aten.rnn_relu.input',
];

/** Classes of modules that eager mode converts (neural_compressor/adaptor/pytorch_cpu.yaml, bf16). */
export const DEFAULT_BF16_MODULES: readonly string[] = ['Linear', 'Conv1d', 'Conv2d', 'Conv3d', 'LSTM', 'LSTMCell', 'GRU', 'GRUCell'];

export function isHeavy(op: string): boolean {
  const name = baseName(op);
  return name !== undefined && HEAVY.has(name);
}

/** Hand values on without arithmetic. */
const MOVEMENT: ReadonlySet<string> = new Set([
  '_unsafe_view', 'alias', 'alpha_dropout', 'broadcast_to', 'cat', 'channel_shuffle', 'chunk', 'clone', 'concat', 'concatenate', 'constant_pad_nd',
  'contiguous', 'detach', 'diagonal', 'dropout', 'embedding', 'expand', 'expand_as', 'feature_dropout', 'flatten', 'flip', 'gather', 'hstack',
  'index', 'index_select', 'lift_fresh', 'lift_fresh_copy', 'masked_select', 'max_pool1d', 'max_pool2d', 'max_pool3d', 'mH', 'movedim', 'mT',
  'narrow', 'pad', 'permute', 'pixel_shuffle', 'pixel_unshuffle', 'ravel', 'repeat', 'repeat_interleave', 'reshape', 'reshape_as', 'roll', 'select',
  'slice', 'split', 'split_with_sizes', 'squeeze', 'stack', 'swapaxes', 'swapdims', 't', 'take_along_dim', 'tensor_split', 'tile', 'transpose',
  'tril', 'triu', 'unbind', 'unflatten', 'unfold', 'unsafe_chunk', 'unsafe_split', 'unsqueeze', 'upsample_nearest1d', 'upsample_nearest2d',
  'upsample_nearest3d', 'view', 'view_as', 'vstack', '_assert_tensor_metadata',
]);

export function movesData(op: string): boolean {
  const name = baseName(op);
  return name !== undefined && MOVEMENT.has(name);
}

/**
 * Sums of so many terms that the 8 significant bits of BF16 lose the small ones, steps that BF16 cannot tell apart, and lookups:
 * they compute nothing that could be faster, and all that follows would start from rounded tables.
 */
const NEVER_FREE: ReadonlySet<string> = new Set([
  'embedding', 'embedding_bag',
  'arange', 'cumprod', 'cumsum', 'cumulative_trapezoid', 'histc', 'linspace', 'logcumsumexp', 'logspace', 'trapezoid', 'trapz', 'trace', 'cov', 'corrcoef',
]);

/** Becomes BF16 without being named where that saves Casts: what autocast would compute in the type of its inputs. */
export function isFree(op: string): boolean {
  const name = baseName(op);
  return name !== undefined && runsInBfloat16(op) && !HEAVY.has(name) && !NEVER_FREE.has(name) && !FP32_IN_AUTOCAST.has(name) && !isRandom(op);
}

const FP32_IN_AUTOCAST: ReadonlySet<string> = new Set(AUTOCAST.fp32.map((op) => op.split('.')[0]!));

const RANDOM: ReadonlySet<string> = new Set([
  'bernoulli', 'cauchy', 'exponential', 'geometric', 'log_normal', 'multinomial', 'normal', 'native_dropout', 'poisson', 'rand', 'rand_like', 'randint',
  'randint_like', 'randn', 'randn_like', 'random', 'randperm', 'rrelu', 'uniform',
]);

/** Draws random numbers: another type would give others. */
export function isRandom(op: string): boolean {
  return RANDOM.has(baseName(op)?.replace(/_$/, '') ?? '');
}

/** Changes memory in place. */
export function writesInPlace(op: string): boolean {
  return opArguments(op)?.some(({ isWritten }) => isWritten) ?? false;
}

/**
 * Ops that take their first input in BF16 beside FP32 parameters, and give the first output in BF16 (native/layer_norm.cpp,
 * batch_norm.cpp, group_norm.cpp: "mixed data type"): only these two change type, so that the parameters lose nothing.
 */
export const KEEPS_PARAMETERS: ReadonlySet<string> = new Set(['batch_norm', 'layer_norm', 'group_norm', 'native_layer_norm', 'native_group_norm']);
