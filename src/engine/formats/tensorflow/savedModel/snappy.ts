/**
 * Decompresses a block in Snappy's raw format (format_description.txt of google/snappy). Throws RangeError when the bytes
 * are no such block; the length the block states may not exceed `limit`.
 */
export function decompressSnappy(bytes: Uint8Array, limit: number): Uint8Array {
  let at = 0;
  const next = (): number => {
    if (at >= bytes.length) throw new RangeError('the compressed block ends early');
    return bytes[at++]!;
  };
  const littleEndian = (size: number): number => {
    let value = 0;
    for (let i = 0; i < size; i++) value += next() * 256 ** i;
    return value;
  };
  let length = 0;
  for (let factor = 1, byte = 128; byte >= 128; factor *= 128) {
    byte = next();
    length += (byte & 127) * factor;
    if (length > limit) throw new RangeError('the compressed block states an impossible length');
  }
  const out = new Uint8Array(length);
  let written = 0;
  while (at < bytes.length) {
    const tag = next();
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const size = (short < 60 ? short : littleEndian(short - 59)) + 1;
      if (at + size > bytes.length || written + size > length) throw new RangeError('a literal is longer than the block');
      out.set(bytes.subarray(at, at + size), written);
      at += size;
      written += size;
    } else {
      const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      const offset = kind === 1 ? ((tag >> 5) << 8) | next() : littleEndian(kind === 2 ? 2 : 4);
      if (offset === 0 || offset > written || written + size > length) throw new RangeError('a copy reaches outside the block');
      // Byte by byte: a copy may read what it writes.
      for (let i = 0; i < size; i++, written++) out[written] = out[written - offset]!;
    }
  }
  if (written !== length) throw new RangeError('the compressed block is incomplete');
  return out;
}
