import type { NumberArray } from './tensors';

/**
 * Inner loops over `count` elements: out[o…], a from p in steps of sa, b from q in steps of sb (0 repeats one element).
 * The operations that dominate networks are written out: a shared loop calling a function per element runs several
 * times slower, because the engine cannot inline a callee that changes from op to op, and steps known to be 1 halve the
 * time again.
 */
export type BinaryLoop = (
  out: NumberArray, a: NumberArray, b: NumberArray, count: number, o: number, p: number, q: number, sa: number, sb: number,
) => void;

export const addLoop: BinaryLoop = (out, a, b, count, o, p, q, sa, sb) => {
  if (sa === 1 && sb === 1) for (let i = 0; i < count; i++) out[o + i] = a[p + i]! + b[q + i]!;
  else for (let i = 0; i < count; i++, p += sa, q += sb) out[o + i] = a[p]! + b[q]!;
};

export const subtractLoop: BinaryLoop = (out, a, b, count, o, p, q, sa, sb) => {
  if (sa === 1 && sb === 1) for (let i = 0; i < count; i++) out[o + i] = a[p + i]! - b[q + i]!;
  else for (let i = 0; i < count; i++, p += sa, q += sb) out[o + i] = a[p]! - b[q]!;
};

export const multiplyLoop: BinaryLoop = (out, a, b, count, o, p, q, sa, sb) => {
  if (sa === 1 && sb === 1) for (let i = 0; i < count; i++) out[o + i] = a[p + i]! * b[q + i]!;
  else for (let i = 0; i < count; i++, p += sa, q += sb) out[o + i] = a[p]! * b[q]!;
};

export const divideLoop: BinaryLoop = (out, a, b, count, o, p, q, sa, sb) => {
  if (sa === 1 && sb === 1) for (let i = 0; i < count; i++) out[o + i] = a[p + i]! / b[q + i]!;
  else for (let i = 0; i < count; i++, p += sa, q += sb) out[o + i] = a[p]! / b[q]!;
};

/** A loop calling `f` per element, for the rest. */
export function binaryLoop(f: (x: number, y: number) => number): BinaryLoop {
  return (out, a, b, count, o, p, q, sa, sb) => {
    for (let i = 0; i < count; i++, p += sa, q += sb) out[o + i] = f(a[p]!, b[q]!);
  };
}

/** The same over 64-bit integers. */
export function bigintLoop(f: (x: bigint, y: bigint) => bigint | number): BinaryLoop {
  return binaryLoop(f as unknown as (x: number, y: number) => number);
}

export type UnaryLoop = (out: NumberArray, x: NumberArray) => void;

/** The bits of an array of float32 numbers, in place. */
const bitsOf = ({ buffer, byteOffset, length }: NumberArray): Int32Array => new Int32Array(buffer, byteOffset, length);

const isNaNBits = (bits: number): boolean => (bits & 0x7fffffff) > 0x7f800000;

/**
 * max(x, 0) that keeps NaN. On float32 by its bits: signs are as good as random, and a branch on them, which the processor
 * guesses wrong half of the time, takes several times as long.
 */
export const reluLoop: UnaryLoop = (out, x) => {
  if (!(x instanceof Float32Array)) {
    for (let i = 0; i < x.length; i++) out[i] = x[i]! < 0 ? 0 : x[i]!;
    return;
  }
  const [words, results] = [bitsOf(x), bitsOf(out)];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    results[i] = isNaNBits(word) ? word : word & ~(word >> 31);
  }
};

/** Bits of the float32 6; those of positive numbers are in their order. */
const SIX = 0x40c00000;

/** min(max(x, 0), 6) that keeps NaN, by bits as `reluLoop`. */
export const relu6Loop: UnaryLoop = (out, x) => {
  if (!(x instanceof Float32Array)) {
    for (let i = 0; i < x.length; i++) out[i] = x[i]! < 0 ? 0 : x[i]! > 6 ? 6 : x[i]!;
    return;
  }
  const [words, results] = [bitsOf(x), bitsOf(out)];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const positive = word & ~(word >> 31);
    const above = positive - SIX;
    results[i] = isNaNBits(word) ? word : positive - (above & ~(above >> 31));
  }
};

export function unaryLoop(f: (x: number) => number): UnaryLoop {
  return (out, x) => {
    for (let i = 0; i < x.length; i++) out[i] = f(x[i]!);
  };
}

/** Nearest integer, ties to even, of any number. */
export function roundHalfToEven(x: number): number {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}
