import { UserError } from '../../errors';
import type { Tensor } from '../../graph/tensor';
import type { OnnxNode } from '../onnxModel';
import type { KernelOperand, OpContext, Operation, Operations } from '../operation';
import { numbersOf } from '../tensors';
import { channelsFirstNodes, isChannelsFirst, spatial, windowOf } from './windows';

/** Filters [spatial…, in, out] as ONNX wants them: [out, in, spatial…]. */
function filterTranspose(rank: number): OnnxNode {
  return { op: 'Transpose', inputs: ['x1'], outputs: ['w'], attributes: { perm: [rank - 1, rank - 2, ...spatialAxes(rank)] } };
}

function spatialAxes(rank: number): number[] {
  return Array.from({ length: rank - 2 }, (_, axis) => axis);
}

/** How convolutions run: the ONNX op, and what it reads after data and filter. */
export interface ConvolutionKernel {
  readonly op: 'Conv' | 'ConvInteger';
  readonly data: KernelOperand;
  readonly filter: KernelOperand;
  readonly others: readonly KernelOperand[];
}

/** Conv2D and Conv3D; fewer filter inputs than channels means groups. */
export async function convolve(context: OpContext, { op, data, filter: { tensor: filter, ...rest }, others }: ConvolutionKernel): Promise<Tensor> {
  const x = data.tensor;
  const rank = x.shape.length;
  const kernel = filter.shape.slice(0, -2);
  const window = windowOf(context, spatial(x.shape, isChannelsFirst(context)), kernel);
  const channels = x.shape[window.channelsFirst ? 1 : rank - 1]!;
  const group = channels / filter.shape[rank - 2]!;
  if (!Number.isInteger(group)) throw new UserError(`${channels} channels do not fit filters of [${filter.shape}]`);
  const attributes = { strides: window.strides, dilations: window.dilations, pads: [...window.before, ...window.after], group };
  const more = others.map((_, index) => `x${index + 2}`);
  const nodes = (): OnnxNode[] => [
    filterTranspose(rank),
    ...channelsFirstNodes(rank, window.channelsFirst, 'x0', (input, output) => ({ op, inputs: [input, 'w', ...more], outputs: [output], attributes })),
  ];
  return context.kernel(`${op} ${rank} ${JSON.stringify(window)} ${group}`, nodes, [data, { tensor: filter, ...rest }, ...others]);
}

/** Filters [h, w, channels, multiplier]: one group per channel, `multiplier` outputs each. */
export async function convolveDepthwise(context: OpContext, { op, data, filter: { tensor: filter, ...rest }, others }: ConvolutionKernel): Promise<Tensor> {
  const x = data.tensor;
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  const window = windowOf(context, spatial(x.shape, isChannelsFirst(context)), [height, width]);
  const shape = [channels * multiplier, 1, height, width];
  const more = others.map((_, index) => `x${index + 2}`);
  const attributes = { strides: window.strides, dilations: window.dilations, pads: [...window.before, ...window.after], group: channels };
  const nodes = (): OnnxNode[] => [
    { op: 'Transpose', inputs: ['x1'], outputs: ['t'], attributes: { perm: [2, 3, 0, 1] } },
    { op: 'Constant', inputs: [], outputs: ['shape'], attributes: { value_ints: shape } },
    { op: 'Reshape', inputs: ['t', 'shape'], outputs: ['w'] },
    ...channelsFirstNodes(4, window.channelsFirst, 'x0', (input, output) => ({ op, inputs: [input, 'w', ...more], outputs: [output], attributes })),
  ];
  return context.kernel(`${op} depthwise ${JSON.stringify(window)} ${shape}`, nodes, [data, { tensor: filter, ...rest }, ...others]);
}

function floatConvolution(run: typeof convolve): Operation {
  return async (context) => [await run(context, { op: 'Conv', data: context.operand(0), filter: context.operand(1), others: [] })];
}

/**
 * Conv2DBackpropInput and Conv3DBackpropInputV2 as a transposed convolution: inputs are the result's shape, the filter
 * [spatial…, out, in] and the tensor. Padding is what the forward convolution of the result's size would use.
 */
const transposedConvolution: Operation = async (context) => {
  const x = context.input(2);
  const rank = x.shape.length;
  const channelsFirst = isChannelsFirst(context);
  const filter = context.input(1);
  const kernel = filter.shape.slice(0, -2);
  const size = spatialSizes(context, rank, channelsFirst);
  const window = windowOf(context, size, kernel);
  const sizes = spatial(x.shape, channelsFirst);
  const extra = size.map((target, axis) => {
    const extent = (kernel[axis]! - 1) * window.dilations[axis]! + 1;
    return target - ((sizes[axis]! - 1) * window.strides[axis]! + extent - window.before[axis]! - window.after[axis]!);
  });
  if (extra.some((rows) => rows < 0)) throw new UserError(`A tensor of [${x.shape}] does not give the size ${size}`);
  const attributes = {
    strides: window.strides, dilations: window.dilations, pads: [...window.before, ...window.after], output_padding: extra,
  };
  const nodes = (): OnnxNode[] => [
    filterTranspose(rank),
    ...channelsFirstNodes(rank, channelsFirst, 'x0', (input, output) => ({ op: 'ConvTranspose', inputs: [input, 'w'], outputs: [output], attributes })),
  ];
  return [await context.kernel(`ConvTranspose ${rank} ${JSON.stringify(window)} ${extra}`, nodes, [context.operand(2), context.operand(1)])];
};

/** The first input is the whole shape of the result, or in newer graphs its height and width only. */
function spatialSizes(context: OpContext, rank: number, channelsFirst: boolean): number[] {
  const shape = numbersOf(context.input(0));
  return shape.length === rank ? spatial(shape, channelsFirst) : shape;
}

export const convolutions: Operations = {
  Conv2D: floatConvolution(convolve),
  Conv3D: floatConvolution(convolve),
  DepthwiseConv2dNative: floatConvolution(convolveDepthwise),
  Conv2DBackpropInput: transposedConvolution,
  Conv3DBackpropInputV2: transposedConvolution,
};
