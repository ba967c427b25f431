/**
 * Squared magnitudes of frequencies 0 to size / 2 of real samples. `re` holds the samples, as many as a power of two; it and
 * `im`, all zeros, are overwritten. Radix 2, in place (Cooley and Tukey, 1965). O(size log size).
 */
export function powerSpectrum(re: Float64Array, im: Float64Array): Float64Array {
  const size = re.length;
  reverseBits(re);
  for (let half = 1; half < size; half *= 2) {
    for (let k = 0; k < half; k++) {
      const cos = Math.cos((Math.PI * k) / half);
      const sin = -Math.sin((Math.PI * k) / half);
      for (let a = k; a < size; a += 2 * half) {
        const b = a + half;
        const real = re[b]! * cos - im[b]! * sin;
        const imaginary = re[b]! * sin + im[b]! * cos;
        re[b] = re[a]! - real;
        im[b] = im[a]! - imaginary;
        re[a]! += real;
        im[a]! += imaginary;
      }
    }
  }
  return Float64Array.from({ length: size / 2 + 1 }, (_, bin) => re[bin]! ** 2 + im[bin]! ** 2);
}

/** Puts each element where its index leads with its bits read from the other end. */
function reverseBits(data: Float64Array): void {
  for (let index = 1, reversed = 0; index < data.length; index++) {
    let bit = data.length >> 1;
    for (; (reversed & bit) !== 0; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (index < reversed) [data[index], data[reversed]] = [data[reversed]!, data[index]!];
  }
}
