import { UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import type { Tensor } from '../../graph/tensor';
import type { OnnxNode } from '../onnxModel';
import type { KernelOperand, OpContext, Operation, Operations } from '../operation';
import { erf } from '../specialFunctions';
import { allocate, numbersOf, type NumberArray } from '../tensors';
import { convolve, convolveDepthwise } from './convolution';
import { roundHalfToEven } from '../elementLoops';

/** The part of a kernel after its sums: what its list of fused ops says. */
interface Epilogue {
  readonly bias: NumberArray | undefined;
  /** Added before the activation function: INT8 with the value of one step, or FP32. */
  readonly summand: { readonly data: NumberArray; readonly step: number } | undefined;
  readonly activation: (x: number) => number;
  /** Of INT8 results; FP32 otherwise. */
  readonly step: number | undefined;
  readonly dtype: DataType;
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

const ACTIVATIONS: Readonly<Record<string, (x: number) => number>> = {
  Relu: (x) => Math.max(x, 0),
  Relu6: (x) => Math.min(Math.max(x, 0), 6),
  Elu: (x) => (x < 0 ? Math.expm1(x) : x),
  Tanh: Math.tanh,
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  GeluExact: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  GeluApproximate: (x) => 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x ** 3))),
};

const LIMITS: Partial<Record<DataType, readonly [number, number]>> = { quint8: [0, 255], qint8: [-128, 127] };

/** Constants as the kernels of ONNX want them, so that each is made once. */
const shifted = new WeakMap<Tensor, Tensor>();

const zeroPoint = (value: number): KernelOperand => ({ tensor: { dtype: 'uint8', shape: [], data: Uint8Array.of(value) }, constant: true });

/**
 * Data as it is and weights moved by 128 to unsigned numbers, with their zero points: INT8 kernels of onnxruntime add
 * products of two unsigned factors without overflow on every CPU.
 */
function integerOperands(context: OpContext): readonly [KernelOperand, KernelOperand, KernelOperand, KernelOperand] {
  const [data, weights] = [context.operand(0), context.operand(1)];
  if (data.tensor.dtype !== 'quint8' || weights.tensor.dtype !== 'qint8') {
    throw new UserError(`INT8 kernels of ${data.tensor.dtype} with weights in ${weights.tensor.dtype} are not supported`, { hint: 'Convert the original model again' });
  }
  const unsigned = shifted.get(weights.tensor) ?? { dtype: 'uint8' as const, shape: weights.tensor.shape, data: Uint8Array.from(weights.tensor.data as Int8Array, (value) => value + 128) };
  shifted.set(weights.tensor, unsigned);
  return [{ ...data, tensor: { ...data.tensor, dtype: 'uint8' } }, { ...weights, tensor: unsigned }, zeroPoint(0), zeroPoint(128)];
}

/** Value of one step of a range that the kernel takes to be symmetric, per channel or one for all. */
function stepsOf(min: Tensor, max: Tensor, dtype: DataType | undefined): number[] {
  const [lows, highs] = [numbersOf(min), numbersOf(max)];
  return lows.map((low, channel) => Math.max(Math.abs(low), Math.abs(highs[channel]!)) / (dtype === 'quint8' ? 255 : 127));
}

/**
 * Reads the inputs after data and weights: tensors in the order of the fused ops, then the ends of the ranges of data,
 * weights, an INT8 summand and an INT8 result (mkl_conv_ops.cc, mkl_matmul_op_fused.cc).
 */
function readKernel(context: OpContext): { readonly scales: readonly number[]; readonly epilogue: Epilogue } {
  const ops = context.strings('fused_ops');
  const tensors = context.types('Tdevice_inputs').length;
  let [tensor, range] = [2, tensors + 4];
  const nextStep = (dtype: DataType): number => stepsOf(context.input(range++), context.input(range++), dtype)[0]!;
  const dtype = context.outputType(0)!;
  let epilogue: Epilogue = { bias: undefined, summand: undefined, activation: (x) => x, step: undefined, dtype };
  for (const op of ops) {
    if (op === 'BiasAdd') epilogue = { ...epilogue, bias: context.input(tensor++).data as NumberArray };
    else if (op === 'Sum' || op === 'Add') {
      const summand = context.input(tensor++);
      epilogue = { ...epilogue, summand: { data: summand.data as NumberArray, step: summand.dtype === 'float32' ? 1 : nextStep(summand.dtype) } };
    } else if (op === 'Requantize') epilogue = { ...epilogue, step: nextStep(dtype) };
    else if (Object.hasOwn(ACTIVATIONS, op)) epilogue = { ...epilogue, activation: ACTIVATIONS[op]! };
    else if (op !== 'Dequantize') throw new UserError(`INT8 kernels that compute ${op} are not supported`);
  }
  const [data] = stepsOf(context.input(tensors), context.input(tensors + 1), context.input(0).dtype);
  const scales = stepsOf(context.input(tensors + 2), context.input(tensors + 3), 'qint8').map((weight) => weight * data!);
  return { scales, epilogue };
}

/** The result of a kernel from its int32 sums, whose last axis is the output channels; and the range of an INT8 one. */
function finish(context: OpContext, sums: Tensor): Tensor[] {
  const { scales, epilogue: { bias, summand, activation, step, dtype } } = readKernel(context);
  const source = sums.data as Int32Array;
  const channels = sums.shape.at(-1)!;
  const limits = step === undefined ? undefined : LIMITS[dtype];
  if (step === undefined ? dtype !== 'float32' : limits === undefined) throw new UserError(`INT8 kernels that give ${dtype} are not supported`);
  const data = allocate(dtype, source.length) as NumberArray;
  for (let i = 0; i < source.length; i++) {
    const channel = i % channels;
    const sum = source[i]! * scales[scales.length === 1 ? 0 : channel]! + (bias?.[channel] ?? 0) + (summand === undefined ? 0 : summand.data[i]! * summand.step);
    const value = activation(sum);
    data[i] = limits === undefined ? value : Math.max(limits[0], Math.min(limits[1], roundHalfToEven(value / step!)));
  }
  const range = context.inputCount - 2;
  return [{ dtype, shape: sums.shape, data }, ...(limits === undefined ? [] : [context.input(range), context.input(range + 1)])];
}

function convolution(run: typeof convolve): Operation {
  return async (context) => {
    const [data, filter, ...others] = integerOperands(context);
    return finish(context, await run(context, { op: 'ConvInteger', data, filter, others }));
  };
}

const matrixProduct: Operation = async (context) => {
  if (context.bool('transpose_a', false)) throw new UserError('INT8 matrix products of a transposed left factor are not supported');
  const transposes = context.bool('transpose_b', false);
  const nodes = (): OnnxNode[] => [
    ...(transposes ? [{ op: 'Transpose', inputs: ['x1'], outputs: ['t'], attributes: { perm: [1, 0] } }] : []),
    { op: 'MatMulInteger', inputs: ['x0', transposes ? 't' : 'x1', 'x2', 'x3'], outputs: ['y'] },
  ];
  return finish(context, await context.kernel(`MatMulInteger ${transposes}`, nodes, integerOperands(context)));
};

/** oneDNN's INT8 kernels, in whole numbers up to the last rounding. */
export const fusedInt8: Operations = {
  _FusedQuantizedConv2D: convolution(convolve),
  _FusedQuantizedDepthwiseConv2D: convolution(convolveDepthwise),
  _QuantizedMatMul: matrixProduct,
};
