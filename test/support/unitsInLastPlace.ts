import type { Tensor } from '../../src/engine/graph/tensor';
import { valuesOf } from '../../src/engine/runtime/compare';

/** The distance from a number to the next bfloat16. */
function unitOf(value: number): number {
  return 2 ** (Math.floor(Math.log2(Math.max(Math.abs(value), 2 ** -126))) - 7);
}

/** How far two tensors are apart at most in units in the last place of bfloat16: those of each element, and those of the largest one. Infinity where shapes differ, or one alone is NaN or infinite. */
export function bfloat16Distance(expected: Tensor, actual: Tensor): { readonly ofElement: number; readonly ofLargest: number } {
  if (expected.shape.join() !== actual.shape.join()) return { ofElement: Infinity, ofLargest: Infinity };
  const [a, b] = [valuesOf(expected), valuesOf(actual)].map((values) => Array.from(values)) as [number[], number[]];
  const largest = a.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  let [ofElement, ofLargest] = [0, 0];
  for (const [index, value] of a.entries()) {
    const other = b[index]!;
    if (value === other || (Number.isNaN(value) && Number.isNaN(other))) continue;
    const difference = Number.isFinite(value) && Number.isFinite(other) ? Math.abs(value - other) : Infinity;
    ofElement = Math.max(ofElement, difference / unitOf(Math.max(Math.abs(value), Math.abs(other))));
    ofLargest = Math.max(ofLargest, difference / unitOf(largest));
  }
  return { ofElement, ofLargest };
}

/** The largest difference between whole numbers. */
export function largestStep(expected: Tensor, actual: Tensor): number {
  if (expected.shape.join() !== actual.shape.join()) return Infinity;
  const other = valuesOf(actual);
  return Array.from(valuesOf(expected)).reduce((most, value, index) => Math.max(most, Math.abs(value - other[index]!)), 0);
}
