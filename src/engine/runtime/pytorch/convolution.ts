import { UserError } from '../../errors';
import type { Tensor } from '../../graph/tensor';
import type { OnnxNode } from '../onnxModel';
import { reshaped } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';

/** One entry per spatial axis: a single number stands for all of them. */
export function perAxis(call: Call, name: string, axes: number, absent: number): number[] {
  const given = call.numbers(name, [absent]);
  return given.length === axes ? given : new Array<number>(axes).fill(given[0] ?? absent);
}

/** Padding before and after each axis: `same` puts the odd row after. */
function paddingOf(call: Call, kernel: readonly number[], dilations: readonly number[]): { before: number[]; after: number[] } {
  const mode = call.text('padding', '');
  if (mode === 'same') {
    const totals = kernel.map((size, axis) => dilations[axis]! * (size - 1));
    return { before: totals.map((total) => total >> 1), after: totals.map((total) => total - (total >> 1)) };
  }
  const before = mode === 'valid' ? kernel.map(() => 0) : perAxis(call, 'padding', kernel.length, 0);
  return { before, after: before };
}

/** Convolutions in one to three dimensions, forward and transposed; the batch axis may be missing. */
function convolution(transposes: (call: Call) => boolean): CallOperation {
  return async (call) => {
    const weight = call.tensor('weight');
    const axes = weight.shape.length - 2;
    const given = call.operand('input');
    const isSingle = given.tensor.shape.length === axes + 1;
    const x: Tensor = isSingle ? reshaped(given.tensor, [1, ...given.tensor.shape]) : given.tensor;
    if (x.shape.length !== axes + 2) throw new UserError(`A tensor of [${x.shape}] does not fit filters of [${weight.shape}]`);
    const isTransposed = transposes(call);
    const kernel = weight.shape.slice(2);
    const dilations = perAxis(call, 'dilation', axes, 1);
    const { before, after } = paddingOf(call, kernel, dilations);
    const group = call.number('groups', 1);
    const attributes = {
      strides: perAxis(call, 'stride', axes, 1), dilations, pads: [...before, ...after], group, kernel_shape: kernel,
      ...(isTransposed ? { output_padding: perAxis(call, 'output_padding', axes, 0) } : {}),
    };
    const operands = [{ tensor: x, constant: given.constant }, call.operand('weight'), ...(call.has('bias') ? [call.operand('bias')] : [])];
    const op = isTransposed ? 'ConvTranspose' : 'Conv';
    const nodes = (): OnnxNode[] => [{ op, inputs: operands.map((_, index) => `x${index}`), outputs: ['y'], attributes }];
    const result = await call.kernel(`${op} ${operands.length} ${JSON.stringify(attributes)}`, nodes, operands);
    return isSingle ? reshaped(result, result.shape.slice(1)) : result;
  };
}

const forward = convolution(() => false);
const backward = convolution(() => true);
const either = convolution((call) => call.flag('transposed', false));

export const convolutions: CallOperations = {
  'aten.conv1d': forward, 'aten.conv2d': forward, 'aten.conv3d': forward,
  'aten.conv1d.padding': forward, 'aten.conv2d.padding': forward, 'aten.conv3d.padding': forward,
  'aten.conv_transpose1d': backward, 'aten.conv_transpose2d.input': backward, 'aten.conv_transpose3d.input': backward,
  'aten.convolution': either, 'aten._convolution': either,
};
