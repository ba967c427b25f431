import type { PartialShape } from '../../../graph/attribute';

/** Product of sizes, -1 where one is unknown and none is zero (InferenceContext::Multiply). */
export function product(sizes: readonly number[]): number {
  if (sizes.includes(0)) return 0;
  return sizes.some((size) => size < 0) ? -1 : sizes.reduce((count, size) => count * size, 1);
}

/** Sum of sizes, -1 where one is unknown. */
export function sum(sizes: readonly number[]): number {
  return sizes.some((size) => size < 0) ? -1 : sizes.reduce((count, size) => count + size, 0);
}

/** Of two statements about one size, the known one; the first if both are. */
export function either(a: number | undefined, b: number | undefined): number {
  return a !== undefined && a >= 0 ? a : (b ?? -1);
}

/** Of two statements about one shape, all that either knows; the first where they contradict (InferenceContext::Merge). */
export function merge(a: PartialShape, b: PartialShape): PartialShape {
  if (a === undefined) return b;
  return b?.length === a.length ? a.map((size, axis) => either(size, b[axis])) : a;
}

/** What holds for two shapes alike (InferenceContext::RelaxDim for every axis). */
export function relax(a: PartialShape, b: PartialShape): PartialShape {
  if (a === undefined || a.length !== b?.length) return undefined;
  return a.map((size, axis) => (size === b[axis] ? size : -1));
}

/** Shape two partial shapes broadcast to (BroadcastBinaryOpOutputShapeFnHelper of common_shape_fns.cc); undefined if they cannot. */
export function broadcast(a: PartialShape, b: PartialShape): PartialShape {
  if (a === undefined || b === undefined) return undefined;
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const size = broadcastSize(a[a.length - rank + axis] ?? 1, b[b.length - rank + axis] ?? 1);
    if (size === undefined) return undefined;
    shape.push(size);
  }
  return shape;
}

function broadcastSize(x: number, y: number): number | undefined {
  if (x === 1 || x === y) return y;
  if (y === 1) return x;
  if (x >= 0 && y >= 0) return undefined;
  // An unknown size beside one above 1 equals it or is stretched to it; beside 0 it may be either 0 or 1.
  return Math.max(x, y) > 1 ? Math.max(x, y) : -1;
}

/** An axis counted from the end where negative; undefined outside the rank. */
export function axisOf(axis: number | undefined, rank: number): number | undefined {
  const positive = axis === undefined || axis >= 0 ? axis : axis + rank;
  return positive !== undefined && positive >= 0 && positive < rank ? positive : undefined;
}

/** A shape of which only the rank is known. */
export function unknownSizes(rank: number): readonly number[] {
  return new Array<number>(rank).fill(-1);
}

/** Whether two statements about a shape say the same. */
export function sameShape(a: PartialShape, b: PartialShape): boolean {
  return a === b || (a !== undefined && a.length === b?.length && a.every((size, axis) => size === b[axis]));
}
