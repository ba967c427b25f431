/**
 * Which ONNX ops become BF16 when the config names none. ONNX has no lists of its own: these are TensorFlow's (see
 * tensorflowPrecision.ts), by the names the same arithmetic has here, with the recurrent ops that ONNX keeps in one piece.
 */

/** Ops whose arithmetic outweighs a Cast: they are BF16 whatever Casts that costs. */
export const HEAVY_OPS: ReadonlySet<string> = new Set([
  'Attention', 'Conv', 'ConvTranspose', 'DeformConv', 'Einsum', 'GRU', 'Gemm', 'LSTM', 'MatMul', 'RNN',
]);

/** Ops that gain from BF16; the default of `bf16_ops`. Phase 2 converts those that are not INT8. */
export const DEFAULT_BF16_OPS: readonly string[] = [
  ...HEAVY_OPS,
  'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'MaxPool',
  'Add', 'BatchNormalization', 'Mul', 'ReduceMean', 'Sub', 'Sum',
  'Clip', 'Elu', 'Erf', 'Gelu', 'HardSigmoid', 'HardSwish', 'LeakyRelu', 'Mish', 'PRelu', 'Relu', 'Selu', 'Sigmoid', 'Softplus', 'Softsign',
  'Swish', 'Tanh',
];

/** Arithmetic whose result is off by about as much as what it reads. */
const ARITHMETIC = [
  'Abs', 'Ceil', 'Celu', 'Div', 'Floor', 'GlobalLpPool', 'LogSoftmax', 'LpPool', 'Max', 'Mean', 'Min', 'Neg', 'ReduceL1', 'ReduceMax',
  'ReduceMin', 'ReduceProd', 'ReduceSum', 'Reciprocal', 'Resize', 'Round', 'Sign', 'Softmax', 'Sqrt', 'ThresholdedRelu', 'Where',
];

/** Always part of a sensitive pattern: free only once the config sets that pattern to `auto`. */
const FREE_IF_NOT_SENSITIVE = [
  'Exp', 'GroupNormalization', 'InstanceNormalization', 'LayerNormalization', 'Log', 'LpNormalization', 'MeanVarianceNormalization', 'Pow',
  'RMSNormalization', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceSumSquare', 'SoftmaxCrossEntropyLoss',
];

const COMPARISONS = ['ArgMax', 'ArgMin', 'Equal', 'Greater', 'GreaterOrEqual', 'IsInf', 'IsNaN', 'Less', 'LessOrEqual', 'NonZero', 'TopK'];

/** Ops that read only the shape of an FP32 value. */
const SHAPES = ['Shape', 'Size'];

/** Ops that hand elements on as they are. */
const MOVEMENT = [
  'CenterCropPad', 'Compress', 'Concat', 'DepthToSpace', 'Expand', 'Flatten', 'Gather', 'GatherElements', 'GatherND', 'Identity', 'Pad',
  'Reshape', 'ReverseSequence', 'ScatterElements', 'ScatterND', 'Slice', 'SpaceToDepth', 'Split', 'Squeeze', 'Tile', 'Transpose', 'Trilu',
  'Unsqueeze',
];

/** Ops that run graphs: what goes through those is BF16 where that saves Casts. */
const CONTROL_FLOW = ['If', 'Loop', 'Scan'];

/** Ops that BF16 makes no faster: they move values, hold them, or ask for their shape. */
export const NO_ARITHMETIC_OPS: ReadonlySet<string> = new Set([...SHAPES, ...MOVEMENT, ...CONTROL_FLOW]);

/** Ops that become BF16 without being named where that saves Casts. */
export const FREE_OPS: ReadonlySet<string> = new Set([...ARITHMETIC, ...FREE_IF_NOT_SENSITIVE, ...COMPARISONS, ...SHAPES, ...MOVEMENT, ...CONTROL_FLOW]);

/** Ops that move the elements of one input without touching them: Casts may move across. */
export const DATA_MOVEMENT_OPS: ReadonlySet<string> = new Set([
  'DepthToSpace', 'Expand', 'Flatten', 'Gather', 'Identity', 'Reshape', 'Slice', 'SpaceToDepth', 'Squeeze', 'Tile', 'Transpose', 'Unsqueeze',
]);

/** Ops that hand INT8 values on in their own range. */
export const INT8_PASS_THROUGH_OPS: ReadonlySet<string> = new Set([
  'Concat', 'DepthToSpace', 'Flatten', 'MaxPool', 'Reshape', 'Slice', 'SpaceToDepth', 'Squeeze', 'Transpose', 'Unsqueeze',
]);

/** Ops that INT8 kernels compute on the accumulator of the op before them, or that the grid of its result computes by itself. */
export const EPILOGUE_OPS: ReadonlySet<string> = new Set(['Add', 'Clip', 'Relu']);

/** Integer kernels, and ops between integers and floats. */
export const QUANTIZED_OPS: ReadonlySet<string> = new Set([
  'ConvInteger', 'DequantizeLinear', 'DynamicQuantizeLinear', 'MatMulInteger', 'QLinearConv', 'QLinearMatMul', 'QuantizeLinear',
]);

/** The same in onnxruntime's own domain, by the beginning of their names. */
export const QUANTIZED_CONTRIB_OPS = /^(QLinear|QGemm|QAttention|QEmbed|MatMulInteger|DynamicQuantize|QuantizeLinear|DequantizeLinear|ConvTransposeInteger|QOrdered|MatMulNBits)/;

/** Ops that must keep their types although their definition admits BF16, each with the reason shown to the user. */
export const KEEPS_ITS_TYPES: Readonly<Record<string, string>> = {
  BitCast: 'It reinterprets bits, so another type gives other values.',
  Bernoulli: 'It would draw other random numbers.',
  CastLike: 'The type of its second input says what it makes.',
  DequantizeLinear: 'Its scale would be rounded too.',
  Multinomial: 'It would draw other random numbers.',
  QuantizeLinear: 'Its scale would be rounded too.',
  RandomNormalLike: 'It would draw other random numbers.',
  RandomUniformLike: 'It would draw other random numbers.',
  Range: 'Its steps cannot be told apart in BF16 and the number of elements would change.',
};
