import type { ActivationGrid } from '../../../quantization';
import { elementCount } from '../../../graph/tensor';
import type { WeightSource } from './grids';

/**
 * What the accumulator counts too much, per output channel: oneDNN's kernels take the number 0 for zero, so that each input
 * is zeroPoint·scale too large, which makes zeroPoint·scale·Σw of the sum. `channelAxes` are neighbouring axes of the weight
 * that number the output channels. Linear in the weight.
 */
export function excess({ values, shape, scales }: WeightSource, { scale, zeroPoint }: ActivationGrid, channelAxes: readonly number[]): Float64Array {
  const first = channelAxes[0]!;
  const channels = elementCount(channelAxes.map((axis) => shape[axis]!));
  const inner = elementCount(shape.slice(first + channelAxes.length));
  const sums = new Float64Array(channels);
  for (let start = 0, channel = 0; start < values.length; start += inner, channel = (channel + 1) % channels) {
    let sum = 0;
    for (let i = start; i < start + inner; i++) sum += values[i]!;
    sums[channel]! += sum;
  }
  const perScale = channels / scales.length;
  return sums.map((sum, channel) => sum * scales[Math.floor(channel / perScale)]! * scale * zeroPoint);
}

/** The number a kernel adds so that zero of the grid comes out as its zero point. */
export function shift({ scale, zeroPoint }: ActivationGrid): number {
  return scale * zeroPoint;
}
