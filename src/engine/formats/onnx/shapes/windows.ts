import type { PartialShape } from '../../../graph/attribute';
import type { Operation, ShapeRule } from './operation';

/** Size after a window of `kernel` slid over `size` with padding before and after it; -1 where the size is not known. */
function slid(size: number, kernel: number, stride: number, dilation: number, [before, after]: readonly [number, number], roundsUp: boolean): number {
  if (size < 0) return -1;
  const steps = (size + before + after - (dilation * (kernel - 1) + 1)) / stride;
  const count = (roundsUp ? Math.ceil(steps) : Math.floor(steps)) + 1;
  // A window that would begin in the padding behind the values is left out.
  return Math.max(0, roundsUp && (count - 1) * stride >= size + before ? count - 1 : count);
}

function spatialSizes(operation: Operation, sizes: readonly number[], kernel: readonly number[]): number[] {
  const rank = sizes.length;
  const strides = operation.ints('strides') ?? new Array<number>(rank).fill(1);
  const dilations = operation.ints('dilations') ?? new Array<number>(rank).fill(1);
  const pads = operation.ints('pads') ?? new Array<number>(2 * rank).fill(0);
  const mode = operation.text('auto_pad', 'NOTSET');
  return sizes.map((size, axis) => {
    if (mode.startsWith('SAME')) return size < 0 ? -1 : Math.ceil(size / strides[axis]!);
    const padding = mode === 'VALID' ? ([0, 0] as const) : ([pads[axis]!, pads[axis + rank]!] as const);
    return slid(size, kernel[axis]!, strides[axis]!, dilations[axis]!, padding, operation.int('ceil_mode', 0) === 1);
  });
}

const convolution: ShapeRule = (operation) => {
  const [x, w] = [operation.shape(0), operation.shape(1)];
  if (x === undefined || w === undefined || x.length !== w.length) return [undefined];
  return [[x[0]!, w[0]!, ...spatialSizes(operation, x.slice(2), w.slice(2))]];
};

const transposed: ShapeRule = (operation) => {
  const [x, w] = [operation.shape(0), operation.shape(1)];
  if (x === undefined || w === undefined || x.length !== w.length || operation.text('auto_pad', 'NOTSET') !== 'NOTSET' || operation.ints('output_shape')) return [undefined];
  const rank = x.length - 2;
  const all = (name: string, value: number): readonly number[] => operation.ints(name) ?? new Array<number>(rank).fill(value);
  const [strides, dilations, extra] = [all('strides', 1), all('dilations', 1), all('output_padding', 0)];
  const pads = operation.ints('pads') ?? new Array<number>(2 * rank).fill(0);
  const sizes = x.slice(2).map((size, axis) =>
    (size < 0 ? -1 : strides[axis]! * (size - 1) + extra[axis]! + (w[axis + 2]! - 1) * dilations[axis]! + 1 - pads[axis]! - pads[axis + rank]!));
  return [[x[0]!, w[1]! * operation.int('group', 1), ...sizes]];
};

const pooling: ShapeRule = (operation) => {
  const x = operation.shape(0);
  const kernel = operation.ints('kernel_shape');
  if (x === undefined || kernel === undefined || x.length !== kernel.length + 2) return [undefined];
  const shape: PartialShape = [x[0]!, x[1]!, ...spatialSizes(operation, x.slice(2), kernel)];
  return Array.from({ length: operation.outputs }, () => shape);
};

const global: ShapeRule = (operation) => {
  const x = operation.shape(0);
  return [x?.map((size, axis) => (axis < 2 ? size : 1))];
};

/** Shapes of ops that slide a window (onnx/defs/nn). */
export const windows: Readonly<Record<string, ShapeRule>> = {
  Conv: convolution, ConvTranspose: transposed, MaxPool: pooling, AveragePool: pooling, LpPool: pooling,
  GlobalAveragePool: global, GlobalMaxPool: global, GlobalLpPool: global,
};
