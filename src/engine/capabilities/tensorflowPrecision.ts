/**
 * Which TensorFlow ops become BF16 when the config names none: the lists of TensorFlow's own automatic mixed precision
 * (core/grappler/optimizers/auto_mixed_precision_lists.h, 2.21). An op listed here still needs a BF16 kernel, and none of
 * the sensitive patterns may claim it.
 */

/** Ops whose arithmetic outweighs a Cast: they are BF16 whatever Casts that costs. TensorFlow's allow list. */
export const HEAVY_OPS: ReadonlySet<string> = new Set([
  'BatchMatMul', 'BatchMatMulV2', 'BatchMatMulV3', 'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput', 'Conv3D',
  'Conv3DBackpropFilterV2', 'Conv3DBackpropInputV2', 'DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput', 'Einsum', 'FusedPadConv2D', 'MatMul',
]);

/** Ops that gain from BF16; the default of `bf16_ops`. Phase 2 converts those that are not INT8. */
export const DEFAULT_BF16_OPS: readonly string[] = [
  ...HEAVY_OPS,
  'AvgPool', 'AvgPool3D', 'MaxPool', 'MaxPool3D', 'MaxPoolV2',
  'Add', 'AddN', 'AddV2', 'BiasAdd', 'BiasAddV1', 'Mul', 'Sub', 'FusedBatchNormV2', 'FusedBatchNormV3', 'Mean',
  'Elu', 'Erf', 'Erfc', 'LeakyRelu', 'Relu', 'Relu6', 'Selu', 'Sigmoid', 'Softplus', 'Softsign', 'Tanh',
];

/** Arithmetic whose result is off by about as much as what it reads. */
const ARITHMETIC = [
  'Abs', 'Ceil', 'ClipByValue', 'Floor', 'FloorDiv', 'Inv', 'LogSoftmax', 'Max', 'Maximum', 'Min', 'Minimum', 'Neg', 'Prod', 'RealDiv',
  'Reciprocal', 'ResizeBilinear', 'ResizeNearestNeighbor', 'Round', 'Rsqrt', 'Select', 'SelectV2', 'Sign', 'Softmax', 'Sqrt', 'Square',
  'SquaredDifference', 'Sum', '_FusedBatchNormEx',
];

/** Always part of a sensitive pattern: free only once the config sets that pattern to `auto`. TensorFlow denies most of them. */
const FREE_IF_NOT_SENSITIVE = [
  'Exp', 'Expm1', 'L2Loss', 'Log', 'Log1p', 'Pow', 'SoftmaxCrossEntropyWithLogits', 'SparseSoftmaxCrossEntropyWithLogits',
];

const COMPARISONS = [
  'ArgMax', 'ArgMin', 'Equal', 'Greater', 'GreaterEqual', 'IsFinite', 'IsInf', 'IsNan', 'Less', 'LessEqual', 'NotEqual', 'TopK', 'TopKV2',
  'Where',
];

/** Ops that read only the shape of an FP32 value, or fill one. */
const SHAPES = ['Fill', 'OnesLike', 'Rank', 'Shape', 'ShapeN', 'Size', 'ZerosLike'];

const MOVEMENT = [
  'BatchToSpace', 'BatchToSpaceND', 'BroadcastTo', 'CheckNumerics', 'Concat', 'ConcatV2', 'DepthToSpace', 'DynamicPartition',
  'DynamicStitch', 'EnsureShape', 'ExpandDims', 'Gather', 'GatherNd', 'GatherV2', 'Identity', 'IdentityN', 'MirrorPad', 'Pack', 'Pad',
  'PadV2', 'PreventGradient', 'Reshape', 'Reverse', 'ReverseSequence', 'ReverseV2', 'ScatterNd', 'Slice', 'Snapshot', 'SpaceToBatch',
  'SpaceToBatchND', 'SpaceToDepth', 'Split', 'SplitV', 'Squeeze', 'StopGradient', 'StridedSlice', 'Tile', 'Transpose', 'Unpack',
];

const CONTROL_FLOW = ['Enter', 'Exit', 'Merge', 'NextIteration', 'StatelessWhile', 'Switch', 'While'];

/** TensorFlow's list leaves out those that make or resize a list; they change type with it. */
const TENSOR_LISTS = [
  'EmptyTensorList', 'TensorListConcat', 'TensorListConcatLists', 'TensorListConcatV2', 'TensorListFromTensor', 'TensorListGather',
  'TensorListGetItem', 'TensorListPopBack', 'TensorListPushBack', 'TensorListPushBackBatch', 'TensorListReserve', 'TensorListScatter',
  'TensorListScatterIntoExistingList', 'TensorListScatterV2', 'TensorListSetItem', 'TensorListSplit', 'TensorListStack',
];

const GRADIENTS = [
  'AvgPool3DGrad', 'AvgPoolGrad', 'BiasAddGrad', 'EluGrad', 'FusedBatchNormGradV2', 'FusedBatchNormGradV3', 'LeakyReluGrad',
  'MaxPool3DGrad', 'MaxPoolGrad', 'MaxPoolGradGrad', 'MaxPoolGradGradV2', 'MaxPoolGradV2', 'MirrorPadGrad', 'Relu6Grad', 'ReluGrad',
  'ResizeNearestNeighborGrad', 'SeluGrad', 'SigmoidGrad', 'SoftplusGrad', 'SoftsignGrad', 'StridedSliceGrad', 'TanhGrad',
];

/** Ops that BF16 makes no faster: they move values, hold them, or ask for their shape. */
export const NO_ARITHMETIC_OPS: ReadonlySet<string> = new Set([...SHAPES, ...MOVEMENT, ...CONTROL_FLOW, ...TENSOR_LISTS]);

/** Ops that are BF16 or FP32, whichever saves Casts: the infer list and the clear list of TensorFlow. */
export const FREE_OPS: ReadonlySet<string> = new Set([
  ...DEFAULT_BF16_OPS, ...ARITHMETIC, ...FREE_IF_NOT_SENSITIVE, ...COMPARISONS, ...SHAPES, ...MOVEMENT, ...CONTROL_FLOW, ...TENSOR_LISTS,
  ...GRADIENTS,
]);

/** Move values without arithmetic: a Cast before one equals a Cast after it. */
export const DATA_MOVEMENT_OPS: ReadonlySet<string> = new Set([
  'BatchToSpace', 'BatchToSpaceND', 'DepthToSpace', 'EnsureShape', 'ExpandDims', 'Identity', 'PreventGradient', 'Reshape', 'Reverse',
  'ReverseV2', 'Snapshot', 'SpaceToBatch', 'SpaceToBatchND', 'SpaceToDepth', 'Squeeze', 'StopGradient', 'StridedSlice', 'Slice', 'Transpose',
]);

/** Ops that hand INT8 values on: their output has the range of their input (of all inputs together, for concatenation). */
export const INT8_PASS_THROUGH_OPS: ReadonlySet<string> = new Set([
  'AvgPool', 'ConcatV2', 'ExpandDims', 'Identity', 'MaxPool', 'MaxPoolV2', 'Relu', 'Relu6', 'Reshape', 'Squeeze', 'Transpose',
]);

/** Additions of a constant and activation functions that INT8 kernels compute on their accumulator. */
export const EPILOGUE_OPS: ReadonlySet<string> = new Set([
  'Add', 'AddV2', 'BiasAdd', 'Elu', 'LeakyRelu', 'Relu', 'Relu6', 'Sigmoid', 'Tanh',
]);
