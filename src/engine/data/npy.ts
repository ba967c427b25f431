import { UserError } from '../errors';
import type { DataType } from '../graph/dataType';
import { elementCount, type Tensor, type TensorData } from '../graph/tensor';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy's kind and size letters to element types. */
const DTYPE: Readonly<Record<string, DataType>> = {
  f2: 'float16', f4: 'float32', f8: 'float64', i1: 'int8', i2: 'int16', i4: 'int32', i8: 'int64',
  u1: 'uint8', u2: 'uint16', u4: 'uint32', u8: 'uint64', b1: 'bool', c8: 'complex64', c16: 'complex128',
};
const DESCRIPTION = new Map<DataType, string>(Object.entries(DTYPE).map(([letters, dtype]) => [dtype, letters]));

type Storage = new (buffer: ArrayBufferLike) => Exclude<TensorData, readonly Uint8Array[]>;
const STORAGE: Partial<Record<DataType, Storage>> = {
  float16: Uint16Array, float32: Float32Array, float64: Float64Array, int8: Int8Array, int16: Int16Array, int32: Int32Array,
  int64: BigInt64Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array, bool: Uint8Array,
  complex64: Float32Array, complex128: Float64Array,
};

interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  readonly dataStart: number;
}

/** How the elements of a .npy file are stored. Sizes and places in bytes. */
export interface NpyLayout {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly itemSize: number;
  readonly isBigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly dataStart: number;
  readonly dataLength: number;
}

/**
 * Reads the layout of one array of NumPy's .npy format, versions 1 to 3 (numpy/lib/format.py), from the first bytes of its
 * file: numbers, bool, complex and fixed-size bytes, either byte order, C or Fortran order. Throws UserError, naming
 * `name`, for anything else. Object arrays are refused: reading them would mean running code from the file.
 */
export function readNpyLayout(bytes: Uint8Array, name: string): NpyLayout {
  const { descr, fortranOrder, shape, dataStart } = readHeader(bytes, name);
  const [, order, letters] = /^([<>|=])(\w+)$/.exec(descr) ?? [];
  if (letters?.startsWith('O')) throw broken(name, 'it holds Python objects', 'Save numeric arrays with numpy.savez');
  const itemSize = letters === undefined ? NaN : Number(letters.slice(1)) * (letters.startsWith('U') ? 4 : 1);
  const dtype = letters?.startsWith('S') ? 'string' : DTYPE[letters ?? ''];
  if (dtype === undefined) throw broken(name, `its element type ${descr} is not supported`, 'Save numbers, booleans or bytes');
  const dataLength = elementCount(shape) * itemSize;
  if (!Number.isSafeInteger(dataLength)) throw broken(name, `its shape (${shape.join(', ')}) is too large`);
  return { dtype, shape, itemSize, isBigEndian: order === '>', fortranOrder, dataStart, dataLength };
}

/** The error of a file whose elements are not all there. */
export function truncatedNpy({ dtype, shape, dataLength }: NpyLayout, found: number, name: string): UserError {
  return broken(name, `it is truncated: shape (${shape.join(', ')}) of ${dtype} needs ${dataLength} bytes, ${found} are there`);
}

/** Elements in the order of the file, from whole ones; strings apart. `content` is at the start of its buffer, and changed. */
export function readNpyNumbers(content: Uint8Array, { dtype, itemSize, isBigEndian }: NpyLayout): Exclude<TensorData, readonly Uint8Array[]> {
  if (isBigEndian) reverseBytes(content, dtype.startsWith('complex') ? itemSize / 2 : itemSize);
  return new STORAGE[dtype]!(content.buffer);
}

/** Reads one array. Throws UserError as `readNpyLayout` does, and when bytes are missing. */
export function readNpy(bytes: Uint8Array, name: string): Tensor {
  const layout = readNpyLayout(bytes, name);
  const { dtype, shape, itemSize, fortranOrder, dataStart, dataLength } = layout;
  if (bytes.length - dataStart < dataLength) throw truncatedNpy(layout, bytes.length - dataStart, name);
  // A copy of its own is aligned for every element type.
  const content = bytes.slice(dataStart, dataStart + dataLength);
  if (dtype === 'string') return { dtype, shape, data: inRowMajor(fixedSizeStrings(content, elementCount(shape), itemSize), shape, fortranOrder, 1) };
  return { dtype, shape, data: inRowMajor(readNpyNumbers(content, layout), shape, fortranOrder, dtype.startsWith('complex') ? 2 : 1) };
}

/** Serialises one tensor as .npy version 1, C order, little endian; bfloat16, which NumPy lacks, as float32. */
export function writeNpy(tensor: Tensor): Uint8Array {
  const isString = tensor.dtype === 'string';
  const width = isString ? Math.max(1, ...(tensor.data as readonly Uint8Array[]).map(({ length }) => length)) : 0;
  const letters = isString ? `S${width}` : DESCRIPTION.get(tensor.dtype);
  if (letters === undefined) throw new UserError(`An array of ${tensor.dtype} cannot be written to a .npz file`);
  const sizes = tensor.shape.length === 1 ? `${tensor.shape[0]},` : tensor.shape.join(', ');
  const text = `{'descr': '${/\D1$|S/.test(letters) ? '|' : '<'}${letters}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const headerLength = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`${text.padEnd(headerLength - 1)}\n`);
  const content = isString ? paddedStrings(tensor.data as readonly Uint8Array[], width) : bytesOf(tensor.data as Uint8Array);
  const file = new Uint8Array(10 + headerLength + content.length);
  file.set([...MAGIC, 1, 0, headerLength & 0xff, headerLength >> 8]);
  file.set(header, 10);
  file.set(content, 10 + headerLength);
  return file;
}

function readHeader(bytes: Uint8Array, name: string): Header {
  if (bytes.length < 10 || MAGIC.some((byte, index) => bytes[index] !== byte)) throw broken(name, 'it is no .npy array');
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw broken(name, `its format version ${version} is unknown`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const lengthBytes = version === 1 ? 2 : 4;
  if (bytes.length < 8 + lengthBytes) throw broken(name, 'it is truncated');
  const dataStart = 8 + lengthBytes + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataStart > bytes.length) throw broken(name, 'its header is truncated');
  const text = new TextDecoder().decode(bytes.subarray(8 + lengthBytes, dataStart));
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr':\s*\[/.test(text)) throw broken(name, 'it has named fields', 'Save one array per field');
  if (descr === undefined || order === undefined || shape === undefined) throw broken(name, 'its header cannot be read');
  return { descr, fortranOrder: order === 'True', shape: shape.split(',').map((size) => size.trim()).filter(Boolean).map(Number), dataStart };
}

function broken(name: string, what: string, hint = 'Save the data again with numpy.savez'): UserError {
  return new UserError(`The array "${name}" cannot be read: ${what}`, { hint });
}

function reverseBytes(bytes: Uint8Array, itemSize: number): void {
  for (let start = 0; start + itemSize <= bytes.length; start += itemSize) bytes.subarray(start, start + itemSize).reverse();
}

/** NumPy pads fixed-size bytes with zeros and drops them when reading. */
function fixedSizeStrings(content: Uint8Array, count: number, itemSize: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    let end = (index + 1) * itemSize;
    while (end > index * itemSize && content[end - 1] === 0) end--;
    return content.subarray(index * itemSize, end);
  });
}

function paddedStrings(strings: readonly Uint8Array[], width: number): Uint8Array {
  const content = new Uint8Array(strings.length * width);
  strings.forEach((string, index) => content.set(string, index * width));
  return content;
}

function bytesOf(data: Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Reorders a Fortran-order array; an element is `width` entries. */
function inRowMajor<T extends TensorData>(data: T, shape: readonly number[], fortranOrder: boolean, width: number): T {
  if (!fortranOrder || shape.length < 2) return data;
  const result = data.slice() as unknown as unknown[];
  const steps: number[] = [];
  shape.reduce((step, size, axis) => ((steps[axis] = step), step * size), 1);
  const index = new Array<number>(shape.length).fill(0);
  for (let out = 0, from = 0; out < result.length; out += width) {
    for (let part = 0; part < width; part++) result[out + part] = data[from * width + part];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result as unknown as T;
}
