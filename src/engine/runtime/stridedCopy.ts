import { elementCount, type Tensor, type TensorData } from '../graph/tensor';
import { allocate, broadcastStrides, stridesOf } from './tensors';

/** A rectangular walk over an array: where it starts and how far neighbours along each axis are apart, in elements. */
export interface StridedView {
  readonly data: TensorData;
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * Copies a block of `shape` from one walk to another; strides may be 0 (repeat) or negative (reverse). Transposing,
 * slicing, padding, concatenating and broadcasting are all this copy.
 */
export function copyStrided(shape: readonly number[], from: StridedView, to: StridedView): void {
  if (elementCount(shape) === 0) return;
  const axes = mergedAxes(shape, from.strides, to.strides);
  const inner = axes.pop() ?? { size: 1, from: 1, to: 1 };
  const source = from.data as ArrayLike<unknown>;
  const target = to.data as unknown as unknown[];
  const blockCopy = inner.from === 1 && inner.to === 1 && inner.size >= 16 && !Array.isArray(source);
  const index = new Array<number>(axes.length).fill(0);
  let p = from.offset;
  let q = to.offset;
  for (;;) {
    if (blockCopy) (target as unknown as Float32Array).set((source as unknown as Float32Array).subarray(p, p + inner.size), q);
    else for (let i = 0, s = p, t = q; i < inner.size; i++, s += inner.from, t += inner.to) target[t] = source[s];
    let axis = axes.length - 1;
    for (; axis >= 0; axis--) {
      const { size, from: sourceStep, to: targetStep } = axes[axis]!;
      p += sourceStep;
      q += targetStep;
      if (++index[axis]! < size) break;
      p -= sourceStep * size;
      q -= targetStep * size;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

interface WalkAxis {
  size: number;
  from: number;
  to: number;
}

/** Drops axes of size 1 and joins neighbours that both walks cross in one stride, so that inner loops are long. */
function mergedAxes(shape: readonly number[], from: readonly number[], to: readonly number[]): WalkAxis[] {
  const axes: WalkAxis[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const outer = axes.at(-1);
    const next = { size, from: from[axis]!, to: to[axis]! };
    if (outer !== undefined && outer.from === next.from * size && outer.to === next.to * size) {
      axes[axes.length - 1] = { size: outer.size * size, from: next.from, to: next.to };
    } else axes.push(next);
  });
  return axes;
}

/** A new row-major tensor of `shape` read from `tensor` by `strides`, starting at element `offset`. */
export function readStrided(tensor: Tensor, shape: readonly number[], strides: readonly number[], offset = 0): Tensor {
  const data = allocate(tensor.dtype, elementCount(shape));
  copyStrided(shape, { data: tensor.data, offset, strides }, { data, offset: 0, strides: stridesOf(shape) });
  return { dtype: tensor.dtype, shape, data };
}

/** Output axis i is input axis permutation[i]. */
export function transposed(tensor: Tensor, permutation: readonly number[]): Tensor {
  const strides = stridesOf(tensor.shape);
  return readStrided(tensor, permutation.map((axis) => tensor.shape[axis]!), permutation.map((axis) => strides[axis]!));
}

/** The block of `size` that starts at `begin`. */
export function sliced(tensor: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
  const strides = stridesOf(tensor.shape);
  return readStrided(tensor, size, strides, begin.reduce((sum, start, axis) => sum + start * strides[axis]!, 0));
}

/** The tensor repeated along axes of size 1 (NumPy broadcasting) to `shape`. */
export function broadcastTo(tensor: Tensor, shape: readonly number[]): Tensor {
  return readStrided(tensor, shape, broadcastStrides(tensor.shape, shape));
}

/** Tensors joined along an existing axis. */
export function concatenated(tensors: readonly Tensor[], axis: number): Tensor {
  const shape = [...tensors[0]!.shape];
  shape[axis] = tensors.reduce((sum, tensor) => sum + tensor.shape[axis]!, 0);
  const data = allocate(tensors[0]!.dtype, elementCount(shape));
  const strides = stridesOf(shape);
  let offset = 0;
  for (const tensor of tensors) {
    copyStrided(tensor.shape, { data: tensor.data, offset: 0, strides: stridesOf(tensor.shape) }, { data, offset, strides });
    offset += tensor.shape[axis]! * strides[axis]!;
  }
  return { dtype: tensors[0]!.dtype, shape, data };
}
