import { UserError } from '../../errors';
import type { OnnxNode } from '../onnxModel';
import type { Operation, Operations } from '../operation';
import { numbersOf } from '../tensors';
import { channelsFirstNodes, isChannelsFirst, spatial, windowOf } from './windows';

/** MaxPool and AvgPool in two or three dimensions; averages leave padding out. */
function pool(onnxOp: 'MaxPool' | 'AveragePool'): Operation {
  return async (context) => {
    const x = context.input(0);
    const rank = x.shape.length;
    const [sizes, strides] = context.inputCount > 1
      ? [numbersOf(context.input(1)), numbersOf(context.input(2))]
      : [context.ints('ksize', []), context.ints('strides', [])];
    const channelsFirst = isChannelsFirst(context);
    if (sizes[0] !== 1 || sizes[channelsFirst ? 1 : rank - 1] !== 1) throw new UserError('Pooling across channels or batches is not supported');
    const kernel = spatial(sizes, channelsFirst);
    const window = windowOf(context, spatial(x.shape, channelsFirst), kernel, strides);
    const attributes = { kernel_shape: kernel, strides: window.strides, pads: [...window.before, ...window.after] };
    const nodes = (): OnnxNode[] => channelsFirstNodes(rank, channelsFirst, 'x0', (input, output) => ({ op: onnxOp, inputs: [input], outputs: [output], attributes }));
    return [await context.kernel(`${onnxOp} ${rank} ${kernel} ${JSON.stringify(window)}`, nodes, [context.operand(0)])];
  };
}

export const pooling: Operations = {
  MaxPool: pool('MaxPool'), MaxPoolV2: pool('MaxPool'), MaxPool3D: pool('MaxPool'),
  AvgPool: pool('AveragePool'), AvgPool3D: pool('AveragePool'),
};
