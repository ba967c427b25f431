import { elementCount, type Tensor } from '../../graph/tensor';
import { allocate, type NumberArray } from '../tensors';
import type { Window } from './windows';

/**
 * Averages over windows of height and width, without padding, of a tensor with four axes: sums rounded after every element
 * and before the division, as TensorFlow's kernel for half precision has them (pooling_ops_common.h, SpatialAvgPool).
 */
export function roundedAverages(x: Tensor, kernel: readonly number[], window: Window, round: (x: number) => number): Tensor {
  const { channelsFirst, strides, before, after } = window;
  const [height, width] = channelsFirst ? [x.shape[2]!, x.shape[3]!] : [x.shape[1]!, x.shape[2]!];
  const [batches, channels] = [x.shape[0]!, channelsFirst ? x.shape[1]! : x.shape[3]!];
  const [rows, columns] = [height, width].map((size, axis) => Math.floor((size + before[axis]! + after[axis]! - kernel[axis]!) / strides[axis]!) + 1) as [number, number];
  const shape = channelsFirst ? [batches, channels, rows, columns] : [batches, rows, columns, channels];
  const source = x.data as NumberArray;
  const data = allocate(x.dtype, elementCount(shape)) as NumberArray;
  const place = (batch: number, row: number, column: number, channel: number, [all, wide]: readonly [number, number]): number =>
    channelsFirst ? ((batch * channels + channel) * all + row) * wide + column : ((batch * all + row) * wide + column) * channels + channel;
  const spanOf = (index: number, axis: number, size: number): [number, number] => {
    const start = index * strides[axis]! - before[axis]!;
    return [Math.max(0, start), Math.min(size, start + kernel[axis]!)];
  };
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < rows; row++) {
      const [top, bottom] = spanOf(row, 0, height);
      for (let column = 0; column < columns; column++) {
        const [left, right] = spanOf(column, 1, width);
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (let y = top; y < bottom; y++) for (let z = left; z < right; z++) sum = round(sum + source[place(batch, y, z, channel, [height, width])]!);
          data[place(batch, row, column, channel, [rows, columns])] = sum / ((bottom - top) * (right - left));
        }
      }
    }
  }
  return { dtype: x.dtype, shape, data };
}
