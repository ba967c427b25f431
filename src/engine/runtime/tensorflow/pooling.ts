import { UserError } from '../../errors';
import type { Tensor } from '../../graph/tensor';
import { halfRounding, isHalf } from '../halfPrecision';
import type { OnnxNode } from '../onnxModel';
import type { KernelOperand, OpContext, Operation, Operations } from '../operation';
import { numbersOf } from '../tensors';
import { roundedAverages } from './roundedAverages';
import { channelsFirstNodes, isChannelsFirst, spatial, windowOf } from './windows';

/** MaxPool and AvgPool in two or three dimensions; averages leave padding out. Windows and strides are attributes, or inputs 1 and 2. */
function pool(onnxOp: 'MaxPool' | 'AveragePool'): Operation {
  return async (context) => {
    const [sizes, strides] = context.inputCount > 1
      ? [numbersOf(context.input(1)), numbersOf(context.input(2))]
      : [context.ints('ksize', []), context.ints('strides', [])];
    return [await poolOf(onnxOp, context, context.operand(0), sizes, strides)];
  };
}

async function poolOf(onnxOp: string, context: OpContext, data: KernelOperand, sizes: number[], strides: number[]): Promise<Tensor> {
  const x = data.tensor;
  const rank = x.shape.length;
  const channelsFirst = isChannelsFirst(context);
  if (sizes[0] !== 1 || sizes[channelsFirst ? 1 : rank - 1] !== 1) throw new UserError('Pooling across channels or batches is not supported');
  const kernel = spatial(sizes, channelsFirst);
  const window = windowOf(context, spatial(x.shape, channelsFirst), kernel, strides);
  const type = context.outputType(0) ?? x.dtype;
  if (onnxOp === 'AveragePool' && rank === 4 && isHalf(type)) return roundedAverages(x, kernel, window, halfRounding(type));
  const attributes = { kernel_shape: kernel, strides: window.strides, pads: [...window.before, ...window.after] };
  const nodes = (): OnnxNode[] => channelsFirstNodes(rank, channelsFirst, 'x0', (input, output) => ({ op: onnxOp, inputs: [input], outputs: [output], attributes }));
  return context.kernel(`${onnxOp} ${rank} ${kernel} ${JSON.stringify(window)}`, nodes, [data]);
}

/** The largest number stands for the largest value, so the range passes unchanged (quantized_pooling_ops.cc). */
const quantizedMaxPool: Operation = async (context) => {
  const { tensor, constant } = context.operand(0);
  if (tensor.dtype !== 'quint8') throw new UserError(`Pooling ${tensor.dtype} is not supported`);
  const result = await poolOf('MaxPool', context, { tensor: { ...tensor, dtype: 'uint8' }, constant }, context.ints('ksize', []), context.ints('strides', []));
  return [{ ...result, dtype: 'quint8' }, context.input(1), context.input(2)];
};

export const pooling: Operations = {
  MaxPool: pool('MaxPool'), MaxPoolV2: pool('MaxPool'), MaxPool3D: pool('MaxPool'),
  QuantizedMaxPool: quantizedMaxPool,
  AvgPool: pool('AveragePool'), AvgPool3D: pool('AveragePool'),
};
