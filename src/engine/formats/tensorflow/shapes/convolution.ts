import { either, product, unknownSizes } from './dimensions';
import { forEach, type Operation, type ShapeRule, type ShapeRules } from './operation';

/** One axis a window slides along. */
interface Sliding {
  readonly size: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements of explicit padding on both sides together. */
  readonly padding: number;
}

/** Number of window positions (GetWindowedOutputSizeFromDimsV2 of common_shape_fns.cc); -1 if it is not known. */
function positions({ size, window, stride, dilation, padding }: Sliding, kind: string): number {
  if (size < 0 || stride < 1) return -1;
  if (kind === 'SAME') return Math.ceil(size / stride);
  if (window < 0) return -1;
  const padded = kind === 'EXPLICIT' ? size + padding : size;
  return Math.max(0, Math.floor((padded - ((window - 1) * dilation + 1)) / stride) + 1);
}

/** Window positions along some axes. Strides and dilations are given for every axis of the data; explicit paddings as a pair for each. */
function slide(
  operation: Operation, shape: readonly number[], window: readonly number[], axes: readonly number[], strides = operation.ints('strides'),
): number[] {
  const dilations = operation.ints(operation.node.attributes.has('rates') ? 'rates' : 'dilations');
  const paddings = operation.ints('explicit_paddings');
  const kind = operation.string('padding', 'VALID');
  return axes.map((axis, index) => positions({
    size: shape[axis]!,
    window: window[index] ?? -1,
    stride: strides[axis] ?? 1,
    dilation: dilations[axis] ?? 1,
    padding: (paddings[2 * axis] ?? 0) + (paddings[2 * axis + 1] ?? 0),
  }, kind));
}

function channelsFirst(operation: Operation): boolean {
  return operation.string('data_format', '').startsWith('NC');
}

/** Data with its channels where data_format says, and the axes between. */
function layout(operation: Operation, spatial: number): { channel: number; axes: number[] } {
  const first = channelsFirst(operation) ? 2 : 1;
  return { channel: first === 2 ? 1 : spatial + 1, axes: Array.from({ length: spatial }, (_, index) => first + index) };
}

function arrange(operation: Operation, batch: number, sizes: readonly number[], channels: number): readonly number[] {
  return channelsFirst(operation) ? [batch, channels, ...sizes] : [batch, ...sizes, channels];
}

/** Conv2DShape, Conv3DShape, DepthwiseConv2DNativeShape: filter [spatial…, in, out]. */
function convolution(spatial: number, outputChannels: (filter: readonly number[], input: number) => number): ShapeRule {
  return (operation) => {
    if (operation.string('data_format', '') === 'NCHW_VECT_C') return [];
    const data = operation.ranked(0, spatial + 2);
    const filter = operation.ranked(1, spatial + 2);
    const { channel, axes } = layout(operation, spatial);
    return [arrange(operation, data[0]!, slide(operation, data, filter, axes), outputChannels(filter, data[channel]!))];
  };
}

const last = (filter: readonly number[]): number => filter.at(-1)!;
const multiplied = (filter: readonly number[], input: number): number => product([either(filter[2], input), filter[3]!]);

/** The gradient with respect to the data: its sizes are an operand, all of them or only the spatial ones. */
function convolutionOfGradient(spatial: number): ShapeRule {
  return (operation) => {
    const sizes = operation.shapeFrom(0);
    const filter = operation.ranked(1, spatial + 2);
    const batch = operation.ranked(2, spatial + 2)[0]!;
    if (sizes?.length === spatial) return [arrange(operation, batch, sizes, filter[spatial]!)];
    return [sizes?.length === spatial + 2 ? sizes : unknownSizes(spatial + 2)];
  };
}

/** MaxPoolShape, AvgPoolShape, Pool3DShape: windows along every axis, of size 1 where nothing is pooled. */
function pooling(rank: number): ShapeRule {
  return (operation) => {
    if (operation.string('data_format', '') === 'NCHW_VECT_C') return [];
    const data = operation.ranked(0, rank);
    return [slide(operation, data, operation.ints('ksize'), data.map((_, axis) => axis))];
  };
}

/** MaxPoolV2Shape: windows and strides are operands. */
const maxPoolV2: ShapeRule = (operation) => {
  const data = operation.ranked(0, 4);
  const [window, strides] = [operation.allIntegers(1), operation.allIntegers(2)];
  return [window === undefined || strides === undefined ? unknownSizes(4) : slide(operation, data, window, [0, 1, 2, 3], strides)];
};

const maxPoolWithArgmax: ShapeRule = (operation) => {
  const [shape] = pooling(4)(operation);
  return [shape, shape];
};

/** ExtractImagePatches: the elements of each patch become the channels. */
const extractPatches: ShapeRule = (operation) => {
  const data = operation.ranked(0, 4);
  const window = operation.ints('ksizes').slice(1, 3);
  return [[data[0]!, ...slide(operation, data, window, [1, 2]), product([data[3]!, window[0] ?? -1, window[1] ?? -1])]];
};

/** Dilation2D: filter [height, width, channels], strides and rates for every axis. */
const dilation: ShapeRule = (operation) => {
  const data = operation.ranked(0, 4);
  const filter = operation.ranked(1, 3);
  return [[data[0]!, ...slide(operation, data, filter, [1, 2]), either(data[3], filter[2])]];
};

/** Convolution and pooling (nn_ops.cc, common_shape_fns.cc). */
export const convolutions: ShapeRules = {
  ...forEach(['Conv2D', '_FusedConv2D', '_FusedQuantizedConv2D'], convolution(2, last)),
  ...forEach(['DepthwiseConv2dNative', '_FusedDepthwiseConv2dNative', '_FusedQuantizedDepthwiseConv2D'], convolution(2, multiplied)),
  Conv3D: convolution(3, last),
  Conv2DBackpropInput: convolutionOfGradient(2),
  DepthwiseConv2dNativeBackpropInput: convolutionOfGradient(2),
  ...forEach(['Conv3DBackpropInput', 'Conv3DBackpropInputV2'], convolutionOfGradient(3)),
  ...forEach(['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter'], (operation) => [operation.shapeFrom(1) ?? unknownSizes(4)]),
  ...forEach(['MaxPool', 'AvgPool', 'QuantizedMaxPool'], pooling(4)),
  ...forEach(['MaxPool3D', 'AvgPool3D'], pooling(5)),
  MaxPoolV2: maxPoolV2,
  MaxPoolWithArgmax: maxPoolWithArgmax,
  MaxPoolGrad: (operation) => [operation.ranked(0, 4)],
  ExtractImagePatches: extractPatches,
  Dilation2D: dilation,
};
