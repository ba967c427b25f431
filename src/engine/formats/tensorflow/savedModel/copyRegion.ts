/** A region's place in a dense tensor in row-major order. */
export interface Placed {
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
  readonly start: readonly number[];
}

/** Copies a region of `size` from one tensor to another of the same element size; both hold it whole. Linear in the region. */
export function copyRegion(from: Placed, to: Placed, size: readonly number[], elementBytes: number): void {
  const rank = size.length;
  const rowBytes = (size[rank - 1] ?? 1) * elementBytes;
  const rows = size.slice(0, -1).reduce((product, length) => product * length, 1);
  if (rowBytes === 0) return;
  const index = size.map(() => 0);
  for (let row = 0; row < rows; row++) {
    const source = offsetOf(from, index) * elementBytes;
    to.bytes.set(from.bytes.subarray(source, source + rowBytes), offsetOf(to, index) * elementBytes);
    for (let axis = rank - 2; axis >= 0 && ++index[axis]! === size[axis]; axis--) index[axis] = 0;
  }
}

function offsetOf({ shape, start }: Placed, index: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) offset = offset * shape[axis]! + start[axis]! + index[axis]!;
  return offset;
}
