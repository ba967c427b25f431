import { UserError } from '../../errors';
import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import { elementCount, type Tensor, type TensorData } from '../../graph/tensor';
import { joined, type Piece } from '../lazyBytes';

/** `value` of a tensor attribute of this format: where in a storage, which several tensors may share, its elements are. */
export interface StoredTensor {
  readonly storage: Piece;
  /** In elements. */
  readonly offset: number;
  /** In elements, one per axis. */
  readonly strides: readonly number[];
}

type NumericArray = Exclude<TensorData, readonly Uint8Array[]>;
interface NumericArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): NumericArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericArray;
}

interface Layout {
  readonly array: NumericArrayConstructor;
  /** Array entries of one element: 2 for complex numbers. */
  readonly parts: 1 | 2;
}

const layout = (array: NumericArrayConstructor, parts: 1 | 2 = 1): Layout => ({ array, parts });

const LAYOUTS: Partial<Record<DataType, Layout>> = {
  float32: layout(Float32Array), float64: layout(Float64Array), float16: layout(Uint16Array), bfloat16: layout(Uint16Array),
  int8: layout(Int8Array), int16: layout(Int16Array), int32: layout(Int32Array), int64: layout(BigInt64Array),
  uint8: layout(Uint8Array), uint16: layout(Uint16Array), uint32: layout(Uint32Array), uint64: layout(BigUint64Array), bool: layout(Uint8Array),
  complex64: layout(Float32Array, 2), complex128: layout(Float64Array, 2),
  float8_e5m2: layout(Uint8Array), float8_e4m3fn: layout(Uint8Array), float8_e4m3fnuz: layout(Uint8Array), float8_e5m2fnuz: layout(Uint8Array),
};

/** Strides of a dense row-major tensor, in elements; an axis of size 0 counts as one of size 1, as in PyTorch. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * Math.max(1, shape[axis + 1]!);
  return strides;
}

/** Whether the elements follow each other in row-major order. Strides of axes of size 1 do not matter. */
export function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  if (elementCount(shape) === 0) return true;
  const dense = denseStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === dense[axis]);
}

/** Elements a storage must have for a tensor that is laid out so in it. */
export function elementsReached(shape: readonly number[], { offset, strides }: Pick<StoredTensor, 'offset' | 'strides'>): number {
  if (elementCount(shape) === 0) return offset;
  return shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, offset) + 1;
}

/** A tensor attribute with these elements, which follow each other in a storage of their own and must not change afterwards. */
export function tensorAttribute(dtype: DataType, shape: readonly number[], storage: Piece): Attribute {
  return { kind: 'tensor', dtype, shape, value: { storage, offset: 0, strides: denseStrides(shape) } satisfies StoredTensor };
}

/** The tensor attribute of a tensor; its data are not copied. */
export function encodeTensor({ dtype, shape, data }: Tensor): Attribute {
  if (!ArrayBuffer.isView(data)) throw new Error(`PyTorch has no tensors of ${dtype}`);
  return tensorAttribute(dtype, shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** Values of a constant in row-major order; a view of the file where they lie there so. Throws UserError for a constant without values. */
export function decodeTensor(attribute: Attribute | undefined, node: string): Tensor {
  const form = attribute?.kind === 'tensor' ? LAYOUTS[attribute.dtype] : undefined;
  if (attribute?.kind !== 'tensor' || form === undefined) throw new UserError('the constant has no values of a known type', { node });
  const { dtype, shape } = attribute;
  const stored = attribute.value as StoredTensor;
  const bytes = stored.storage instanceof Uint8Array ? stored.storage : joined([stored.storage]);
  const size = form.array.BYTES_PER_ELEMENT * form.parts;
  const start = stored.offset * size;
  const count = elementCount(shape);
  if (!isDense(shape, stored.strides)) return { dtype, shape, data: gathered(bytes, shape, stored, form) };
  const isAligned = (bytes.byteOffset + start) % form.array.BYTES_PER_ELEMENT === 0;
  const content = isAligned ? bytes.subarray(start, start + count * size) : bytes.slice(start, start + count * size);
  return { dtype, shape, data: new form.array(content.buffer, content.byteOffset, count * form.parts) };
}

/** The elements in row-major order, copied. */
function gathered(bytes: Uint8Array, shape: readonly number[], { offset, strides }: StoredTensor, { array: ArrayType, parts }: Layout): NumericArray {
  const size = ArrayType.BYTES_PER_ELEMENT * parts;
  const copy = new Uint8Array(elementCount(shape) * size);
  const position = shape.map(() => 0);
  let from = offset * size;
  for (let to = 0; to < copy.length; to += size) {
    for (let byte = 0; byte < size; byte++) copy[to + byte] = bytes[from + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]! * size;
      if (++position[axis]! < shape[axis]!) break;
      from -= strides[axis]! * size * shape[axis]!;
      position[axis] = 0;
    }
  }
  return new ArrayType(copy.buffer, 0, copy.length / ArrayType.BYTES_PER_ELEMENT);
}
