import { UserError } from '../../../errors';
import type { TensorSliceMessage } from './messages';

/** A part of a tensor along one dimension; `length` undefined: all of it. */
export interface Extent {
  readonly start: number;
  readonly length: number | undefined;
}

/** A part of a tensor, dimension by dimension. */
export type TensorSlice = readonly Extent[];

/** The slice of a TensorSliceProto. */
export function sliceFromMessage({ extent }: TensorSliceMessage): TensorSlice {
  return extent.map(({ start, length, has_length_hack: hasLength }) => ({ start: Number(start), length: hasLength === undefined ? undefined : Number(length) }));
}

/**
 * The slice in an element of RestoreV2's `shape_and_slices`: `''` for a whole tensor, else the shape and `start,length` or
 * `-` per dimension, as in `4 10 0,2:-` (ParseShapeAndSlice of saved_tensor_slice_util.cc). Throws UserError for other text.
 */
export function parseShapeAndSlice(text: string): TensorSlice | undefined {
  if (text === '') return undefined;
  const parts = text.split(' ').at(-1)!.split(':');
  return parts.map((part) => {
    const match = /^(?:-|(\d{1,15}),(\d{1,15}))$/.exec(part);
    if (match === null) throw new UserError(`"${text}" is no slice of a variable`, { hint: 'Export the SavedModel again' });
    return match[1] === undefined ? { start: 0, length: undefined } : { start: Number(match[1]), length: Number(match[2]) };
  });
}

export function equalSlices(a: TensorSlice, b: TensorSlice): boolean {
  return a.length === b.length && a.every(({ start, length }, i) => start === b[i]!.start && length === b[i]!.length);
}

/** Where the slice begins and how large it is in a tensor of this shape. Throws RangeError when it is not inside. */
export function regionOf(slice: TensorSlice, shape: readonly number[]): { readonly start: readonly number[]; readonly size: readonly number[] } {
  const size = slice.map(({ start, length }, axis) => length ?? shape[axis]! - start);
  const fits = slice.length === shape.length && slice.every(({ start }, axis) => start >= 0 && size[axis]! >= 0 && start + size[axis]! <= shape[axis]!);
  if (!fits) throw new RangeError(`a slice is not inside the shape [${shape.join(', ')}]`);
  return { start: slice.map(({ start }) => start), size };
}

/**
 * The key under which a bundle keeps a slice of a tensor, one character per byte: 0, the name, the number of dimensions,
 * then start and length of each in an order-preserving code (EncodeTensorNameSlice of saved_tensor_slice_util.cc,
 * ordered_code.cc). `name` is one character per byte as well.
 */
export function sliceKey(name: string, slice: TensorSlice): string {
  const escaped = name.replace(/[\0\xff]/g, (char) => (char === '\0' ? '\0\xff' : '\xff\0'));
  const extents = slice.map(({ start, length }) => orderedSigned(start) + orderedSigned(length ?? -1));
  return `${orderedNumber(0)}${escaped}\0\x01${orderedNumber(slice.length)}${extents.join('')}`;
}

/** Number of bytes, then the bytes without leading zeros. */
function orderedNumber(value: number): string {
  let digits = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) digits = String.fromCharCode(rest % 256) + digits;
  return String.fromCharCode(digits.length) + digits;
}

/** Two's complement with 7 bits per byte; the first byte's leading ones, inverted for negative numbers, tell how many. */
function orderedSigned(value: number): string {
  const magnitude = value < 0 ? -(value + 1) : value;
  let length = 1;
  while (magnitude >= 2 ** (7 * length - 1)) length++;
  const bytes = Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) & 255);
  const header = (0xff00 >> Math.min(length, 8)) & 255;
  bytes[0]! ^= header;
  return String.fromCharCode(...bytes);
}
