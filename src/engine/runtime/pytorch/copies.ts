import { UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import { elementCount, type Tensor } from '../../graph/tensor';
import { converted } from '../conversion';
import { broadcastTo, concatenated, copyStrided, readStrided, transposed } from '../stridedCopy';
import { allocate, normalizeAxis, numbersOf, reshaped, stridesOf, zeros, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { promotedType } from './promotion';
import { axisOf, narrowed } from './views';

/** Tensors joined along an axis in their common type; empty ones of one axis count for nothing, as in PyTorch. */
const cat: CallOperation = (call) => {
  const tensors = call.tensors('tensors');
  const dtype = tensors.map((tensor) => tensor.dtype).reduce(promotedType);
  const parts = tensors.filter(({ shape }) => shape.length !== 1 || shape[0] !== 0 || tensors.every((other) => other.shape.length === 1));
  return concatenated(parts.map((tensor) => converted(tensor, dtype)), axisOf(call, 'dim', 0, parts[0]!.shape.length));
};

const stack: CallOperation = (call) => {
  const tensors = call.tensors('tensors');
  const dtype = tensors.map((tensor) => tensor.dtype).reduce(promotedType);
  const axis = axisOf(call, 'dim', 0, tensors[0]!.shape.length + 1);
  return concatenated(tensors.map((tensor) => reshaped(converted(tensor, dtype), [...tensor.shape.slice(0, axis), 1, ...tensor.shape.slice(axis)])), axis);
};

/** The whole tensor several times along each axis; missing axes come first. */
const repeat = (argument: string): CallOperation => (call) => {
  const times = call.numbers(argument, []);
  const x = call.tensor('self');
  const rank = Math.max(times.length, x.shape.length);
  const [shape, counts] = [[...new Array<number>(rank - x.shape.length).fill(1), ...x.shape], [...new Array<number>(rank - times.length).fill(1), ...times]];
  const strides = stridesOf(shape);
  const walk = readStrided(reshaped(x, shape), shape.flatMap((size, axis) => [counts[axis]!, size]), strides.flatMap((stride) => [0, stride]));
  return reshaped(walk, shape.map((size, axis) => size * counts[axis]!));
};

/** Each entry of an axis several times in a row; without an axis, of the flat tensor. */
const repeatInterleave: CallOperation = (call) => {
  const given = call.tensor('self');
  const x = call.has('dim') ? given : reshaped(given, [elementCount(given.shape)]);
  const axis = axisOf(call, 'dim', 0, x.shape.length);
  const times = call.op.endsWith('self_int') ? new Array<number>(x.shape[axis]!).fill(call.number('repeats', 1)) : numbersOf(call.tensor('repeats'));
  const each = times.length === 1 ? new Array<number>(x.shape[axis]!).fill(times[0]!) : times;
  const entries = each.flatMap((count, index) => (count === 0 ? [] : new Array<Tensor>(count).fill(narrowed(x, axis, index, 1))));
  return entries.length === 0 ? narrowed(x, axis, 0, 0) : concatenated(entries, axis);
};

function flipped(x: Tensor, axes: readonly number[]): Tensor {
  const strides = stridesOf(x.shape);
  const turned = new Set(axes);
  const offset = [...turned].reduce((sum, axis) => sum + Math.max(x.shape[axis]! - 1, 0) * strides[axis]!, 0);
  return readStrided(x, x.shape, strides.map((stride, axis) => (turned.has(axis) ? -stride : stride)), offset);
}

/** Shifts entries along axes, or along the flat tensor; what leaves at one end enters at the other. */
const roll: CallOperation = (call) => {
  const x = call.tensor('self');
  const axes = call.numbers('dims', []);
  const shifts = call.numbers('shifts', []);
  if (axes.length === 0) return reshaped(rolled(reshaped(x, [elementCount(x.shape)]), 0, shifts[0]!), x.shape);
  return axes.reduce((result, axis, index) => rolled(result, normalizeAxis(axis, x.shape.length), shifts[index]!), x);
};

function rolled(x: Tensor, axis: number, by: number): Tensor {
  const size = x.shape[axis]!;
  const shift = size === 0 ? 0 : ((by % size) + size) % size;
  return concatenated([narrowed(x, axis, size - shift, shift), narrowed(x, axis, 0, size - shift)], axis);
}

/** `value` in the storage of a type: bit patterns for half precision. */
export function filled(dtype: DataType, shape: readonly number[], value: number | bigint | boolean): Tensor {
  const result = zeros(dtype, shape);
  if (value === 0 || value === false) return result;
  const one: Tensor = { dtype: 'float64', shape: [], data: Float64Array.of(Number(value)) };
  const element = typeof value === 'bigint' && result.data instanceof BigInt64Array ? value : (converted(one, dtype).data as NumberArray)[0]!;
  (result.data as NumberArray).fill(element as number);
  return result;
}

/** Positive widths add a margin, negative ones crop; `[left, right, top, bottom, …]` from the last axis on. */
function padded(x: Tensor, widths: readonly number[], value: number): Tensor {
  const rank = x.shape.length;
  const pair = (axis: number): readonly [number, number] => [widths[2 * (rank - 1 - axis)] ?? 0, widths[2 * (rank - 1 - axis) + 1] ?? 0];
  const cropped = x.shape.reduce((part, size, axis) => {
    const [before, after] = pair(axis).map((width) => Math.min(width, 0)) as [number, number];
    return before + after === 0 ? part : narrowed(part, axis, -before, size + before + after);
  }, x);
  const margins = x.shape.map((_, axis) => pair(axis).map((width) => Math.max(width, 0)) as [number, number]);
  const result = filled(x.dtype, cropped.shape.map((size, axis) => size + margins[axis]![0] + margins[axis]![1]), value);
  const strides = stridesOf(result.shape);
  const offset = strides.reduce((sum, stride, axis) => sum + stride * margins[axis]![0], 0);
  copyStrided(cropped.shape, { data: cropped.data, offset: 0, strides: stridesOf(cropped.shape) }, { data: result.data, offset, strides });
  return result;
}

/** Margins taken from the tensor itself: mirrored without its edge, the edge repeated, or from the other end. */
function mirrored(x: Tensor, widths: readonly number[], mode: string): Tensor {
  let result = x;
  for (let pair = 0; 2 * pair < widths.length; pair++) {
    const axis = x.shape.length - 1 - pair;
    const size = x.shape[axis]!;
    const indexOf = (place: number): number => {
      if (mode === 'replicate') return Math.min(Math.max(place, 0), size - 1);
      if (mode === 'circular') return ((place % size) + size) % size;
      return place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place;
    };
    const [before, after] = [widths[2 * pair]!, widths[2 * pair + 1]!];
    const width = size + before + after;
    const current = result;
    result = concatenated(Array.from({ length: width }, (_, place) => narrowed(current, axis, indexOf(place - before), 1)), axis);
  }
  return result;
}

const pad: CallOperation = (call) => {
  const [x, widths, mode] = [call.tensor('self'), call.numbers('pad', call.numbers('padding', [])), call.text('mode', modeOf(call))];
  if (mode === 'constant') return padded(x, widths, call.number('value', 0));
  if (mode !== 'reflect' && mode !== 'replicate' && mode !== 'circular') throw new UserError(`Padding mode "${mode}" is unknown`);
  return mirrored(x, widths, mode);
};

function modeOf(call: Call): string {
  return call.op.includes('reflection') ? 'reflect' : call.op.includes('replication') ? 'replicate' : 'constant';
}

/** Keeps the part on and below (or above) a diagonal. */
function triangle(keeps: (row: number, column: number, diagonal: number) => boolean): CallOperation {
  return (call) => {
    const x = call.tensor('self');
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    const diagonal = call.number('diagonal', 0);
    const data = allocate(x.dtype, x.data.length) as NumberArray;
    const source = x.data as NumberArray;
    for (let i = 0; i < data.length; i++) if (keeps(Math.floor(i / columns) % rows, i % columns, diagonal)) data[i] = source[i]!;
    return { ...x, data };
  };
}

/** Sliding windows as columns: [batch, channels · window, positions] (aten/src/ATen/native/Im2Col.cpp). */
const windowsAsColumns: CallOperation = (call) => {
  const given = call.tensor('self');
  const x = given.shape.length === 3 ? reshaped(given, [1, ...given.shape]) : given;
  const [kernel, dilation] = [call.numbers('kernel_size', []), call.numbers('dilation', [])];
  const [padding, stride] = [call.numbers('padding', []), call.numbers('stride', [])];
  const source = padded(x, [padding[1]!, padding[1]!, padding[0]!, padding[0]!], 0);
  const [batch, channels, height, width] = source.shape as [number, number, number, number];
  const counts = [height, width].map((size, axis) => Math.floor((size - dilation[axis]! * (kernel[axis]! - 1) - 1) / stride[axis]!) + 1) as [number, number];
  const strides = stridesOf(source.shape);
  const walk = readStrided(
    source, [batch, channels, kernel[0]!, kernel[1]!, ...counts],
    [strides[0]!, strides[1]!, strides[2]! * dilation[0]!, dilation[1]!, strides[2]! * stride[0]!, stride[1]!],
  );
  const shape = [channels * kernel[0]! * kernel[1]!, counts[0] * counts[1]];
  return reshaped(walk, given.shape.length === 3 ? shape : [batch, ...shape]);
};

/** Channels dealt out to blocks of pixels, or blocks of pixels gathered into channels (torch.nn.PixelShuffle, PixelUnshuffle). */
function pixelShuffle(x: Tensor, factor: number, gathers: boolean): Tensor {
  const [channels, height, width] = x.shape.slice(-3) as [number, number, number];
  const outer = x.shape.slice(0, -3);
  const images = elementCount(outer);
  const [c, h, w] = gathers ? [channels, height / factor, width / factor] : [channels / factor ** 2, height, width];
  if (![c, h, w].every(Number.isInteger)) throw new UserError(`A tensor of [${x.shape}] has no blocks of ${factor} × ${factor}`);
  return gathers
    ? reshaped(transposed(reshaped(x, [images, c, h, factor, w, factor]), [0, 1, 3, 5, 2, 4]), [...outer, c * factor ** 2, h, w])
    : reshaped(transposed(reshaped(x, [images, c, factor, factor, h, w]), [0, 1, 4, 2, 5, 3]), [...outer, c, h * factor, w * factor]);
}

/** Each tensor of one axis spread over the grid they span; `xy` swaps the first two axes. */
const meshgrid: CallOperation = (call) => {
  const tensors = call.tensors('tensors');
  const sizes = tensors.map((tensor) => tensor.data.length);
  const grids = tensors.map((tensor, axis) => broadcastTo(reshaped(tensor, sizes.map((size, other) => (other === axis ? size : 1))), sizes));
  const axes = sizes.map((_, axis) => axis);
  return call.text('indexing', 'ij') === 'ij' ? grids : grids.map((grid) => transposed(grid, [1, 0, ...axes.slice(2)]));
};

const copyOf: CallOperation = (call) => call.tensor('self');

/** Dropout is the identity in a model that is used, not trained. */
const dropout: CallOperation = (call) => {
  if (call.flag('train', call.flag('training', false)) && call.number('p', 0) > 0) {
    throw new UserError('The model was exported in training mode', { hint: 'Call model.eval() before exporting' });
  }
  return call.tensor(call.has('input') ? 'input' : 'self');
};

/** `other` broadcast to `self`, in its type. */
const copyInto = (argument: string): CallOperation => (call) => {
  const self = call.tensor('self');
  return broadcastTo(converted(call.term(argument).tensor, self.dtype), self.shape);
};

/** Ops that hand elements on in another arrangement, in whatever type they have. */
export const copies: CallOperations = {
  'aten.cat': cat, 'aten.concat': cat, 'aten.stack': stack, 'aten.repeat': repeat('repeats'), 'aten.tile': repeat('dims'),
  'aten.repeat_interleave.self_int': repeatInterleave, 'aten.repeat_interleave.self_Tensor': repeatInterleave,
  'aten.flip': (call) => flipped(call.tensor('self'), call.numbers('dims', []).map((axis) => normalizeAxis(axis, call.tensor('self').shape.length))),
  'aten.roll': roll, 'aten.pad': pad, 'aten.constant_pad_nd': pad,
  'aten.reflection_pad1d': pad, 'aten.reflection_pad2d': pad, 'aten.replication_pad1d': pad, 'aten.replication_pad2d': pad,
  'aten.tril': triangle((row, column, diagonal) => column - row <= diagonal), 'aten.triu': triangle((row, column, diagonal) => column - row >= diagonal),
  'aten.im2col': windowsAsColumns, 'aten.meshgrid': meshgrid, 'aten.meshgrid.indexing': meshgrid,
  'aten.pixel_shuffle': (call) => pixelShuffle(call.tensor('self'), call.number('upscale_factor', 1), false),
  'aten.pixel_unshuffle': (call) => pixelShuffle(call.tensor('self'), call.number('downscale_factor', 1), true),
  'aten.clone': copyOf, 'aten.lift_fresh_copy': copyOf, 'aten.lift_fresh': copyOf, 'aten.detach_copy': copyOf,
  'aten.dropout': dropout, 'aten.feature_dropout': dropout, 'aten.alpha_dropout': dropout,
  'aten.copy': copyInto('src'), 'aten.fill.Scalar': copyInto('value'), 'aten.fill.Tensor': copyInto('value'),
  'aten.zero': (call) => zeros(call.tensor('self').dtype, call.tensor('self').shape),
};
