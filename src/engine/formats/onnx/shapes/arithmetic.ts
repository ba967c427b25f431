import { broadcast, fromFront, type Operation, type ShapeRule } from './operation';

const same: ShapeRule = (operation) => [operation.shape(0)];
const joint: ShapeRule = (operation) => [operation.shapes().length === 0 ? undefined : operation.shapes().reduce(broadcast)];

const matmul: ShapeRule = (operation) => {
  const [a, b] = [operation.shape(0), operation.shape(1)];
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return [undefined];
  const batch = broadcast(a.slice(0, -2), b.slice(0, -2));
  // A vector is a row before a matrix and a column behind one.
  return [batch && [...batch, ...(a.length > 1 ? [a.at(-2)!] : []), ...(b.length > 1 ? [b.at(-1)!] : [])]];
};

const gemm: ShapeRule = (operation) => {
  const [a, b] = [operation.shape(0), operation.shape(1)];
  return [a?.length === 2 && b?.length === 2 ? [a[operation.int('transA', 0)]!, b[1 - operation.int('transB', 0)]!] : undefined];
};

const reduction: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const axes = operation.list('axes', 1);
  const keeps = operation.int('keepdims', 1) === 1;
  if (shape === undefined || (axes === undefined && operation.has(1))) return [undefined];
  const isAll = axes === undefined || axes.length === 0;
  if (isAll && operation.int('noop_with_empty_axes', 0) === 1) return [shape];
  const reduced = new Set(isAll ? shape.keys() : axes.map((axis) => fromFront(axis, shape.length)));
  return [shape.flatMap((size, axis) => (reduced.has(axis) ? (keeps ? [1] : []) : [size]))];
};

const argument: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const axis = fromFront(operation.int('axis', 0), shape?.length ?? 0);
  return [shape?.flatMap((size, index) => (index === axis ? (operation.int('keepdims', 1) === 1 ? [1] : []) : [size]))];
};

const table = (rule: ShapeRule, ops: string): Record<string, ShapeRule> => Object.fromEntries(ops.split(' ').map((op) => [op, rule]));

/** Shapes of ops that compute element by element, over axes or as matrices (onnx/defs/math, reduction). */
export const arithmetic: Readonly<Record<string, (operation: Operation) => ReturnType<ShapeRule>>> = {
  ...table(same, 'Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization Bernoulli Cast CastLike Ceil Celu Clip Cos Cosh CumSum DequantizeLinear '
    + 'Dropout Elu Erf Exp Floor Gelu GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LRN '
    + 'LayerNormalization LeakyRelu Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not PRelu QuantizeLinear '
    + 'RandomNormalLike RandomUniformLike Reciprocal Relu Round ScatterElements ScatterND Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus '
    + 'Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu'),
  ...table(joint, 'Add And BitShift Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow Sub Sum Where Xor'),
  ...table(reduction, 'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare'),
  ArgMax: argument, ArgMin: argument, MatMul: matmul, MatMulInteger: matmul, Gemm: gemm,
};
