/**
 * Storage of values that nobody reads any more, for reuse. A fresh large array costs several times the arithmetic that
 * fills it: its pages are mapped one fault at a time, and the collector unmaps them again.
 */
const MIN_POOLED_BYTES = 1 << 16;
const MAX_POOLED_BYTES = 1 << 28;

const free = new Map<number, ArrayBuffer[]>();
/** Buffers that came from here; anything else (files, messages, the caller's data) is never reused. */
const own = new WeakSet<ArrayBufferLike>();
let freeBytes = 0;

/** A zeroed buffer. */
export function takeBuffer(bytes: number): ArrayBuffer {
  if (bytes < MIN_POOLED_BYTES) return new ArrayBuffer(bytes);
  const reused = free.get(bytes)?.pop();
  if (reused !== undefined) {
    freeBytes -= bytes;
    new Uint8Array(reused).fill(0);
    return reused;
  }
  const buffer = new ArrayBuffer(bytes);
  own.add(buffer);
  return buffer;
}

/** Offers a buffer that nobody refers to any more. */
export function giveBuffer(buffer: ArrayBufferLike): void {
  if (!own.has(buffer) || freeBytes + buffer.byteLength > MAX_POOLED_BYTES) return;
  freeBytes += buffer.byteLength;
  const sameSize = free.get(buffer.byteLength);
  if (sameSize === undefined) free.set(buffer.byteLength, [buffer as ArrayBuffer]);
  else sameSize.push(buffer as ArrayBuffer);
}

/** Returns the memory of all free buffers to the system. */
export function emptyPool(): void {
  free.clear();
  freeBytes = 0;
}
