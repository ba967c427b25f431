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

/** max(x, 0) that keeps NaN. */
export const reluLoop: UnaryLoop = (out, x) => {
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    out[i] = value < 0 ? 0 : value;
  }
};

/** min(max(x, 0), 6) that keeps NaN. */
export const relu6Loop: UnaryLoop = (out, x) => {
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    out[i] = value < 0 ? 0 : value > 6 ? 6 : value;
  }
};

export function unaryLoop(f: (x: number) => number): UnaryLoop {
  return (out, x) => {
    for (let i = 0; i < x.length; i++) out[i] = f(x[i]!);
  };
}
