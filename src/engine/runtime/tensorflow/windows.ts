import { UserError } from '../../errors';
import type { OnnxNode } from '../onnxModel';
import type { OpContext } from '../operation';

/** Geometry shared by convolutions and pools, per spatial axis. */
export interface Window {
  readonly channelsFirst: boolean;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export function isChannelsFirst(context: OpContext): boolean {
  return context.string('data_format', 'NHWC').startsWith('NC');
}

/** The spatial entries of a list with one entry per axis of the tensor. */
export function spatial<T>(perAxis: readonly T[], channelsFirst: boolean): T[] {
  return channelsFirst ? perAxis.slice(2) : perAxis.slice(1, -1);
}

/**
 * Reads strides, dilations and padding. `input` and `kernel` are spatial sizes. SAME pads to ceil(input / stride)
 * outputs with the odd row at the end (tensorflow/core/framework/common_shape_fns.cc, GetWindowedOutputSize).
 */
export function windowOf(context: OpContext, input: readonly number[], kernel: readonly number[], stridesPerAxis = context.ints('strides', [])): Window {
  const channelsFirst = isChannelsFirst(context);
  const strides = spatial(stridesPerAxis, channelsFirst);
  const dilationsPerAxis = context.ints('dilations', []);
  const dilations = dilationsPerAxis.length === 0 ? kernel.map(() => 1) : spatial(dilationsPerAxis, channelsFirst);
  const padding = context.string('padding', 'VALID');
  if (padding === 'EXPLICIT') {
    const pads = context.ints('explicit_paddings', []);
    const pairs = spatial(Array.from({ length: pads.length / 2 }, (_, axis) => [pads[2 * axis]!, pads[2 * axis + 1]!] as const), channelsFirst);
    return { channelsFirst, strides, dilations, before: pairs.map(([before]) => before), after: pairs.map(([, after]) => after) };
  }
  if (padding !== 'SAME' && padding !== 'VALID') throw new UserError(`Padding "${padding}" is unknown`);
  const totals = kernel.map((size, axis) => {
    if (padding === 'VALID') return 0;
    const extent = (size - 1) * dilations[axis]! + 1;
    const outputs = Math.ceil(input[axis]! / strides[axis]!);
    return Math.max(0, (outputs - 1) * strides[axis]! + extent - input[axis]!);
  });
  const before = totals.map((total) => total >> 1);
  return { channelsFirst, strides, dilations, before, after: totals.map((total, axis) => total - before[axis]!) };
}

/** Surrounds a channels-first ONNX node that reads `x` and writes `z` with the transposes a channels-last tensor needs. */
export function channelsFirstNodes(rank: number, channelsFirst: boolean, input: string, node: (x: string, z: string) => OnnxNode): OnnxNode[] {
  if (channelsFirst) return [node(input, 'y')];
  const axes = Array.from({ length: rank - 2 }, (_, axis) => axis);
  return [
    { op: 'Transpose', inputs: [input], outputs: ['first'], attributes: { perm: [0, rank - 1, ...axes.map((axis) => axis + 1)] } },
    node('first', 'last'),
    { op: 'Transpose', inputs: ['last'], outputs: ['y'], attributes: { perm: [0, ...axes.map((axis) => axis + 2), 1] } },
  ];
}
