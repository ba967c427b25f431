import { addLoop, multiplyLoop } from '../elementLoops';
import { broadcastBinary } from '../broadcasting';
import type { Tensor } from '../../graph/tensor';
import type { OpContext, Operation, Operations } from '../operation';
import { reshaped, type NumberArray } from '../tensors';
import { isChannelsFirst } from './windows';

interface Moments {
  readonly mean: NumberArray;
  readonly variance: NumberArray;
}

/** Mean and population variance per channel. */
function moments(x: Tensor, channels: number, channelsFirst: boolean): Moments {
  const data = x.data as NumberArray;
  const inner = channelsFirst ? x.shape.slice(2).reduce((product, size) => product * size, 1) : 1;
  const count = data.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  for (let i = 0; i < data.length; i++) mean[channelOf(i)]! += data[i]! / count;
  for (let i = 0; i < data.length; i++) {
    const channel = channelOf(i);
    variance[channel]! += (data[i]! - mean[channel]!) ** 2 / count;
  }
  return { mean, variance };
}

/**
 * scale * (x - mean) / sqrt(variance + epsilon) + offset per channel. In training mode the moments are those of the
 * batch, and output 2 has Bessel's correction (fused_batch_norm_op.cc).
 */
const fusedBatchNorm: Operation = (context: OpContext) => {
  const [x, scale, offset] = context.inputs(0, 3) as [Tensor, Tensor, Tensor];
  const training = context.bool('is_training', true);
  const channelsFirst = isChannelsFirst(context);
  const channels = scale.data.length;
  const given = (): Moments => ({ mean: context.input(3).data as NumberArray, variance: context.input(4).data as NumberArray });
  const { mean, variance } = training ? moments(x, channels, channelsFirst) : given();
  const epsilon = context.float('epsilon', 1e-4);
  const factor = new Float32Array(channels);
  const shift = new Float32Array(channels);
  for (let i = 0; i < channels; i++) {
    factor[i] = (scale.data as NumberArray)[i]! / Math.sqrt(variance[i]! + epsilon);
    shift[i] = (offset.data as NumberArray)[i]! - mean[i]! * factor[i]!;
  }
  const shape = channelsFirst ? [channels, ...x.shape.slice(2).map(() => 1)] : [channels];
  const perChannel = (data: Float32Array): Tensor => reshaped({ dtype: 'float32', shape: [channels], data }, shape);
  const y = broadcastBinary(broadcastBinary(x, perChannel(factor), multiplyLoop, 'float32'), perChannel(shift), addLoop, 'float32');
  const count = x.data.length / channels;
  const vector = (values: NumberArray, times = 1): Tensor => ({ dtype: 'float32', shape: [channels], data: Float32Array.from(values, (value) => value * times) });
  const outputs = [y, vector(mean), vector(variance, training && count > 1 ? count / (count - 1) : 1), vector(mean), vector(variance)];
  return context.op === 'FusedBatchNormV3' ? [...outputs, { dtype: 'float32', shape: [0], data: new Float32Array(0) }] : outputs;
};

/** sum(x²) / 2. */
const l2Loss: Operation = (context) => {
  const x = context.input(0);
  let sum = 0;
  for (const value of x.data as NumberArray) sum += value * value;
  return [{ dtype: x.dtype, shape: [], data: Float32Array.of(sum / 2) }];
};

/** x / (bias + alpha * sum of squares over neighbouring channels)^beta. */
const localResponseNormalization: Operation = (context) => {
  const x = context.input(0);
  const source = x.data as NumberArray;
  const depth = x.shape.at(-1)!;
  const radius = context.int('depth_radius', 5);
  const [bias, alpha, beta] = [context.float('bias', 1), context.float('alpha', 1), context.float('beta', 0.5)];
  const data = new Float32Array(source.length);
  for (let start = 0; start < source.length; start += depth) {
    for (let channel = 0; channel < depth; channel++) {
      let sum = 0;
      for (let k = Math.max(0, channel - radius); k <= Math.min(depth - 1, channel + radius); k++) sum += source[start + k]! ** 2;
      data[start + channel] = source[start + channel]! / (bias + alpha * sum) ** beta;
    }
  }
  return [{ dtype: x.dtype, shape: x.shape, data }];
};

export const normalization: Operations = {
  FusedBatchNorm: fusedBatchNorm, FusedBatchNormV2: fusedBatchNorm, FusedBatchNormV3: fusedBatchNorm,
  L2Loss: l2Loss, LRN: localResponseNormalization,
};
