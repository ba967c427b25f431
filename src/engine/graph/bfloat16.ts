const scratch = new Uint32Array(1);
const scratchFloat = new Float32Array(scratch.buffer);

/** Bits of the bfloat16 nearest to a float32, ties to even; NaN stays NaN (quiet), values beyond the range become infinite. */
export function bfloat16Bits(value: number): number {
  scratchFloat[0] = value;
  return roundedBits(scratch[0]!);
}

/** Like `bfloat16Bits`, of the bits of a float32. */
function roundedBits(word: number): number {
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}

/** Bits of the largest finite bfloat16; the sign goes on top. */
const LARGEST = 0x7f7f;

/**
 * bfloat16 bits of float32 weights. Finite values beyond BF16's largest number become that number instead of infinity,
 * so that masks made of FLT_MAX do not turn into NaN once they are multiplied by zero.
 */
export function encodeBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const isFinite = (word & 0x7f800000) !== 0x7f800000;
    const rounded = roundedBits(word);
    bits[i] = isFinite && (rounded & 0x7fff) === 0x7f80 ? (rounded & 0x8000) | LARGEST : rounded;
  }
  return bits;
}

/** float32 values of bfloat16 bits, exact. */
export function decodeBfloat16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
}
