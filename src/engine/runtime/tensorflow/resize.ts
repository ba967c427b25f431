import { elementCount } from '../../graph/tensor';
import type { OpContext, Operation, Operations } from '../operation';
import { allocate, numbersOf, type NumberArray } from '../tensors';

/** Where an output position lies in the input (tensorflow/core/util/image_resizer_state.h). */
function positions(context: OpContext, from: number, to: number): (i: number) => number {
  const aligned = context.bool('align_corners', false) && to > 1;
  const scale = aligned ? (from - 1) / (to - 1) : from / to;
  return context.bool('half_pixel_centers', false) ? (i) => (i + 0.5) * scale - 0.5 : (i) => i * scale;
}

interface Tap {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

/** Neighbours and the weight of the upper one, for each output row or column. */
function linearTaps(context: OpContext, from: number, to: number): Tap[] {
  const at = positions(context, from, to);
  return Array.from({ length: to }, (_, i) => {
    const position = at(i);
    const floor = Math.floor(position);
    return { low: Math.max(floor, 0), high: Math.min(Math.ceil(position), from - 1), weight: position - floor };
  });
}

const resizeBilinear: Operation = (context) => {
  const x = context.input(0);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [rows, columns] = numbersOf(context.input(1)) as [number, number];
  const [rowTaps, columnTaps] = [linearTaps(context, height, rows), linearTaps(context, width, columns)];
  const source = x.data as NumberArray;
  const shape = [batch, rows, columns, channels];
  const data = new Float32Array(elementCount(shape));
  let out = 0;
  for (let image = 0; image < batch; image++) {
    for (const row of rowTaps) {
      const [top, bottom] = [(image * height + row.low) * width, (image * height + row.high) * width];
      for (const column of columnTaps) {
        for (let c = 0; c < channels; c++) {
          const at = (line: number, position: number): number => source[(line + position) * channels + c]!;
          const upper = at(top, column.low) + (at(top, column.high) - at(top, column.low)) * column.weight;
          const lower = at(bottom, column.low) + (at(bottom, column.high) - at(bottom, column.low)) * column.weight;
          data[out++] = upper + (lower - upper) * row.weight;
        }
      }
    }
  }
  return [{ dtype: 'float32', shape, data }];
};

function nearest(context: OpContext, from: number, to: number): number[] {
  const aligned = context.bool('align_corners', false) && to > 1;
  const half = context.bool('half_pixel_centers', false);
  const scale = aligned ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, i) => {
    const position = (half ? i + 0.5 : i) * scale;
    return Math.min(Math.max(aligned ? Math.round(position) : Math.floor(position), 0), from - 1);
  });
}

const resizeNearest: Operation = (context) => {
  const x = context.input(0);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [rows, columns] = numbersOf(context.input(1)) as [number, number];
  const [rowOf, columnOf] = [nearest(context, height, rows), nearest(context, width, columns)];
  const source = x.data as NumberArray;
  const shape = [batch, rows, columns, channels];
  const data = allocate(x.dtype, elementCount(shape)) as NumberArray;
  let out = 0;
  for (let image = 0; image < batch; image++) {
    for (const row of rowOf) {
      for (const column of columnOf) {
        const start = ((image * height + row) * width + column) * channels;
        for (let c = 0; c < channels; c++) data[out++] = source[start + c]!;
      }
    }
  }
  return [{ dtype: x.dtype, shape, data }];
};

export const resizing: Operations = { ResizeBilinear: resizeBilinear };
export const nearestResizing: Operations = { ResizeNearestNeighbor: resizeNearest };
