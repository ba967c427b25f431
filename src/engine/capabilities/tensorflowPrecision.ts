/**
 * Which TensorFlow ops become BF16 when the config names none, in two lists and the rest.
 * After TensorFlow's own automatic mixed precision (core/grappler/optimizers/auto_mixed_precision_lists.h), with
 * arithmetic that loses too much in eight bits of mantissa left to FP32.
 */

/** Ops whose arithmetic outweighs a Cast: they stay BF16 whatever Casts they cost. */
export const HEAVY_OPS: ReadonlySet<string> = new Set([
  'BatchMatMul', 'BatchMatMulV2', 'BatchMatMulV3', 'Conv2D', 'Conv2DBackpropInput', 'Conv3D', 'Conv3DBackpropInputV2',
  'DepthwiseConv2dNative', 'Einsum', 'MatMul',
]);

/** Ops that gain from BF16; the default of `bf16_ops`. Phase 2 converts those that are not INT8. */
export const DEFAULT_BF16_OPS: readonly string[] = [
  ...HEAVY_OPS,
  'AvgPool', 'AvgPool3D', 'MaxPool', 'MaxPool3D', 'MaxPoolV2',
  'Add', 'AddN', 'AddV2', 'BiasAdd', 'BiasAddV1', 'Mul', 'Sub', 'FusedBatchNormV2', 'FusedBatchNormV3', 'Mean',
  'Elu', 'Erf', 'Erfc', 'LeakyRelu', 'Relu', 'Relu6', 'Selu', 'Sigmoid', 'Softplus', 'Softsign', 'Tanh',
];

/** Ops that join neighbouring BF16 ops where that saves Casts: they move or select values, or round no worse than a Cast does. */
export const FREE_OPS: ReadonlySet<string> = new Set([
  ...DEFAULT_BF16_OPS,
  'Abs', 'ArgMax', 'ArgMin', 'BatchToSpace', 'BatchToSpaceND', 'BroadcastTo', 'Ceil', 'CheckNumerics', 'ClipByValue', 'Concat',
  'ConcatV2', 'DepthToSpace', 'EnsureShape', 'ExpandDims', 'Fill', 'Floor', 'Gather', 'GatherNd', 'GatherV2', 'Identity', 'IdentityN',
  'Max', 'Maximum', 'Min', 'Minimum', 'MirrorPad', 'Neg', 'OnesLike', 'Pack', 'Pad', 'PadV2', 'PreventGradient', 'Rank',
  'Reshape', 'ResizeBilinear', 'ResizeNearestNeighbor', 'Reverse', 'ReverseSequence', 'ReverseV2', 'Round', 'Select', 'SelectV2',
  'Shape', 'ShapeN', 'Sign', 'Size', 'Slice', 'Snapshot', 'SpaceToBatch', 'SpaceToBatchND', 'SpaceToDepth', 'Split', 'SplitV',
  'Squeeze', 'StopGradient', 'StridedSlice', 'Tile', 'Transpose', 'Unpack', 'ZerosLike',
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
