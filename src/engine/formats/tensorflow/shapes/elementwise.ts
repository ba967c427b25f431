import { broadcast, either, merge } from './dimensions';
import { forEach, type Operation, type ShapeRule, type ShapeRules, unchanged } from './operation';
import type { PartialShape } from '../../../graph/attribute';

const UNARY = [
  'Abs', 'Acos', 'Acosh', 'Angle', 'Asin', 'Asinh', 'Atan', 'Atanh', 'BesselI0', 'BesselI0e', 'BesselI1', 'BesselI1e', 'Cast',
  'Ceil', 'CheckNumerics', 'CheckNumericsV2', 'ComplexAbs', 'Conj', 'Cos', 'Cosh', 'DeepCopy', 'Digamma', 'Elu', 'Erf', 'Erfc',
  'Erfinv', 'Exp', 'Expm1', 'Floor', 'Imag', 'Inv', 'Invert', 'IsFinite', 'IsInf', 'IsNan', 'LeakyRelu', 'Lgamma', 'Log',
  'Log1p', 'LogicalNot', 'LogSoftmax', 'Ndtri', 'Neg', 'OnesLike', 'PopulationCount', 'Real', 'Reciprocal', 'Relu', 'Relu6',
  'Rint', 'Round', 'Rsqrt', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softmax', 'Softplus', 'Softsign', 'Sqrt', 'Square', 'Tan',
  'Tanh', 'ZerosLike', 'Bucketize', 'FakeQuantWithMinMaxArgs', 'FakeQuantWithMinMaxVars', 'FakeQuantWithMinMaxVarsPerChannel',
  'QuantizeAndDequantize', 'QuantizeAndDequantizeV2', 'QuantizeAndDequantizeV3', 'QuantizeAndDequantizeV4', 'Dequantize', 'LRN',
  'Cumsum', 'Cumprod', 'CumulativeLogsumexp', 'AdjustContrast', 'AdjustContrastv2', 'AdjustHue', 'AdjustSaturation', 'HSVToRGB',
  'RGBToHSV', 'InvertPermutation', 'AsString', 'StringLower', 'StringUpper', 'StringToNumber', 'StringToHashBucketFast',
  'DecodeBase64', 'EncodeBase64',
];

const BINARY = [
  'Add', 'AddV2', 'ApproximateEqual', 'Atan2', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'Complex', 'Div', 'DivNoNan', 'Equal',
  'FloorDiv', 'FloorMod', 'Greater', 'GreaterEqual', 'Igamma', 'IgammaGradA', 'Igammac', 'LeftShift', 'Less', 'LessEqual',
  'LogicalAnd', 'LogicalOr', 'Maximum', 'Minimum', 'Mod', 'Mul', 'MulNoNan', 'NextAfter', 'NotEqual', 'Polygamma', 'Pow',
  'RealDiv', 'RightShift', 'SquaredDifference', 'Sub', 'TruncateDiv', 'TruncateMod', 'Xdivy', 'Xlog1py', 'Xlogy', 'Zeta',
];

/** Ops whose operands must have one shape. */
const SAME = [
  'AccumulateNV2', 'AddN', 'Cross', 'EluGrad', 'InvGrad', 'LeakyReluGrad', 'ReciprocalGrad', 'Relu6Grad', 'ReluGrad',
  'RsqrtGrad', 'SeluGrad', 'SigmoidGrad', 'SoftplusGrad', 'SoftsignGrad', 'SqrtGrad', 'TanhGrad',
];

const binary: ShapeRule = (operation) => [broadcast(operation.shape(0), operation.shape(1))];

const mergeAll: ShapeRule = (operation) => [operation.shapes().reduce(merge, undefined)];

/** BiasAddShape: one bias per channel. Where the data has fewer than two axes, its shape stays as it is. */
const biasAdd: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const axis = shape === undefined ? 0 : channelAxis(operation, shape.length);
  const channels = shape?.[axis];
  return [shape === undefined || channels === undefined ? shape : shape.with(axis, either(channels, operation.shape(1)?.[0]))];
};

/** FusedBatchNormShape: the data, then means and variances, one per channel. */
const batchNorm: ShapeRule = (operation) => {
  const shape = operation.shape(0) ?? (operation.string('data_format', 'NHWC').length === 4 ? operation.ranked(0, 4) : undefined);
  if (shape === undefined) return [];
  const axis = channelAxis(operation, shape.length);
  const channels = [1, 2, 3, 4].reduce((size, input) => either(size, operation.shape(input)?.[0]), shape[axis] ?? -1);
  const perChannel = [channels];
  return [shape.with(axis, channels), perChannel, perChannel, perChannel, perChannel];
};

/** QuantizeV2: the values, then the range, one pair or one per slice of `axis`. */
const quantize: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const axis = operation.int('axis', -1);
  const range: PartialShape = axis < 0 ? [] : [shape?.[axis] ?? -1];
  return [shape, range, range];
};

function channelAxis(operation: Operation, rank: number): number {
  return operation.string('data_format', 'NHWC').startsWith('NC') ? Math.max(0, Math.min(1, rank - 1)) : rank - 1;
}

/** Ops that compute element by element, or give each element a result (math_ops.cc, nn_ops.cc, array_ops.cc, image_ops.cc). */
export const elementwise: ShapeRules = {
  ...forEach(UNARY, unchanged),
  ...forEach(BINARY, binary),
  ...forEach(SAME, mergeAll),
  BiasAdd: biasAdd,
  BiasAddV1: unchanged,
  ...forEach(['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'], batchNorm),
  QuantizeV2: quantize,
  ClipByValue: unchanged,
  Betainc: mergeAll,
  Select: (operation) => [merge(operation.shape(1), operation.shape(2))],
  SelectV2: (operation) => [broadcast(operation.shape(0), broadcast(operation.shape(1), operation.shape(2)))],
};
