import type { DataType } from '../engine/graph/dataType';
import { elementCount, type Tensor, type TensorData } from '../engine/graph/tensor';

/**
 * Frames between this process and Python: magic, length of the header (u32), length of the payload (u64), a header in JSON,
 * and the bytes of its tensors; little-endian. `python/mixed_precision_runtime/frames.py` is the other end.
 */
const MAGIC = 'MPF1';
const HEAD_BYTES = 16;
/** So much of what is no frame is shown. */
const SHOWN = 60;
const MAX_HEADER_BYTES = 1 << 26;
const MAX_PAYLOAD_BYTES = 2 ** 32;

/** What came is no frame. */
export class BrokenFrameError extends Error {
  override readonly name = 'BrokenFrameError';
}

interface TensorHeader {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Number of elements, where that is not what the shape says. */
  readonly elements?: number;
  /** Of strings: bytes of each element. */
  readonly lengths?: readonly number[];
}

export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly tensors: readonly Tensor[];
}

type NumericArray = Exclude<TensorData, readonly Uint8Array[]>;
interface Storage {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): NumericArray;
}

const STORAGE: Partial<Record<DataType, Storage>> = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, bfloat16: Uint16Array, complex64: Float32Array, complex128: Float64Array,
  int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array, bool: Uint8Array,
  qint8: Int8Array, quint8: Uint8Array, qint16: Int16Array, quint16: Uint16Array, qint32: Int32Array,
};

/** A frame in pieces, to be written in their order; the data of the tensors is not copied. */
export function encodeFrame(header: object, tensors: readonly Tensor[]): Uint8Array[] {
  const payload: Uint8Array[] = [];
  const described = tensors.map(({ dtype, shape, data }): TensorHeader => {
    const parts = isStrings(data) ? data : [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
    for (const part of parts) payload.push(part);
    return { dtype, shape, bytes: totalBytes(parts), ...(isStrings(data) ? { lengths: data.map(({ length }) => length) } : {}) };
  });
  const text = new TextEncoder().encode(JSON.stringify({ ...header, tensors: described }));
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(MAGIC, 'latin1');
  head.writeUInt32LE(text.length, 4);
  head.writeBigUInt64LE(BigInt(totalBytes(payload)), 8);
  return [head, text, ...payload];
}

/**
 * Takes chunks of a stream as they come, and hands on each frame once it is whole. Holds no more than came. The function
 * throws BrokenFrameError for bytes that are no frame, and must not be called again then.
 */
export function frameReader(onFrame: (frame: Frame) => void): (chunk: Uint8Array) => void {
  let chunks: Uint8Array[] = [];
  let held = 0;
  let needed = HEAD_BYTES;
  let lengths: readonly [header: number, payload: number] | undefined;
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    if (lengths === undefined && held > 0) checkMagic(chunks);
    while (held >= needed) {
      const bytes = chunks.length === 1 ? Buffer.from(chunks[0]!.buffer, chunks[0]!.byteOffset, chunks[0]!.length) : Buffer.concat(chunks);
      const rest = bytes.subarray(needed);
      if (lengths === undefined) lengths = lengthsOf(bytes);
      else {
        onFrame(frameOf(bytes.subarray(HEAD_BYTES, HEAD_BYTES + lengths[0]), bytes.subarray(HEAD_BYTES + lengths[0], needed)));
        lengths = undefined;
        [chunks, held, needed] = [[rest], rest.length, HEAD_BYTES];
        if (held > 0) checkMagic(chunks);
        continue;
      }
      [chunks, needed] = [[bytes], HEAD_BYTES + lengths[0] + lengths[1]];
    }
  };
}

/** What is no frame is known by its first byte. */
function checkMagic(chunks: readonly Uint8Array[]): void {
  const start = Buffer.concat(chunks).toString('latin1', 0, SHOWN);
  if (MAGIC.startsWith(start.slice(0, MAGIC.length))) return;
  throw new BrokenFrameError(`it wrote "${start.replace(/[^\x20-\x7e].*$/s, '')}…" in place of an answer`);
}

function lengthsOf(head: Buffer): readonly [number, number] {
  const [header, payload] = [head.readUInt32LE(4), Number(head.readBigUInt64LE(8))];
  if (header > MAX_HEADER_BYTES || payload > MAX_PAYLOAD_BYTES) throw new BrokenFrameError(`it announced ${header + payload} bytes`);
  return [header, payload];
}

function frameOf(text: Buffer, payload: Buffer): Frame {
  let header: unknown;
  try {
    header = JSON.parse(text.toString('utf8'));
  } catch {
    throw new BrokenFrameError('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw new BrokenFrameError('its header is no object');
  const { tensors = [], ...rest } = header as Record<string, unknown>;
  if (!Array.isArray(tensors)) throw new BrokenFrameError('its tensors are no list');
  let start = 0;
  const decoded = tensors.map((described: unknown) => {
    const about = checkedHeader(described);
    const end = start + about.bytes;
    if (end > payload.length) throw new BrokenFrameError('its tensors are longer than its payload');
    const tensor = tensorOf(about, payload.subarray(start, end));
    start = end;
    return tensor;
  });
  if (start !== payload.length) throw new BrokenFrameError('its payload is longer than its tensors');
  return { header: rest, tensors: decoded };
}

function checkedHeader(described: unknown): TensorHeader {
  const { dtype, shape, bytes, elements, lengths } = (described ?? {}) as Partial<Record<keyof TensorHeader, unknown>>;
  const isKnown = dtype === 'string' || (typeof dtype === 'string' && Object.hasOwn(STORAGE, dtype));
  if (!isKnown) throw new BrokenFrameError(`it sent a tensor of type ${String(dtype)}`);
  const areCounts = (values: unknown): boolean => Array.isArray(values) && values.every(isCount);
  if (!areCounts(shape) || !isCount(bytes) || !(elements === undefined || isCount(elements)) || (dtype === 'string') !== areCounts(lengths)) {
    throw new BrokenFrameError('it sent a tensor without shape or size');
  }
  return described as TensorHeader;
}

function tensorOf({ dtype, shape, elements = elementCount(shape), lengths }: TensorHeader, bytes: Buffer): Tensor {
  if (lengths !== undefined) {
    if (lengths.length !== elements || lengths.reduce((sum, length) => sum + length, 0) !== bytes.length) throw mismatch(dtype, shape);
    let start = 0;
    return { dtype, shape, data: lengths.map((length) => Uint8Array.from(bytes.subarray(start, (start += length)))) };
  }
  const storage = STORAGE[dtype]!;
  const perElement = storage.BYTES_PER_ELEMENT * (dtype.startsWith('complex') ? 2 : 1);
  if (elements * perElement !== bytes.length) throw mismatch(dtype, shape);
  // A copy: views of the payload would hold all of it, and need not be aligned.
  return { dtype, shape, data: new storage(Uint8Array.from(bytes).buffer) };
}

function mismatch(dtype: DataType, shape: readonly number[]): BrokenFrameError {
  return new BrokenFrameError(`the bytes of a tensor are not those of ${dtype} of shape [${shape}]`);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isStrings(data: TensorData): data is readonly Uint8Array[] {
  return Array.isArray(data);
}

function totalBytes(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
