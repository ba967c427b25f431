const scratch = new Uint32Array(1);
const scratchFloat = new Float32Array(scratch.buffer);

/** float16 (IEEE 754 binary16) bits of a number, ties to even. */
export function float16Bits(value: number): number {
  scratchFloat[0] = value;
  const bits = scratch[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below the smallest normal number the step is 2^-24: adding 0.5 leaves the rounded count of steps in the low bits.
  if (magnitude < 0x38800000) {
    scratchFloat[0] = Math.abs(value) + 0.5;
    return sign | (scratch[0]! - 0x3f000000);
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** Value of float16 bits. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
