import type { DataType } from '../graph/dataType';
import { elementCount, type Tensor } from '../graph/tensor';
import type { BinaryLoop } from './elementLoops';
import { allocate, broadcastShape, broadcastStrides, type NumberArray } from './tensors';

/** Applies a loop to two tensors with NumPy broadcasting; the result has element type `dtype`. */
export function broadcastBinary(a: Tensor, b: Tensor, loop: BinaryLoop, dtype: DataType): Tensor {
  const shape = broadcastShape(a.shape, b.shape);
  const count = elementCount(shape);
  const out = allocate(dtype, count) as NumberArray;
  const x = a.data as NumberArray;
  const y = b.data as NumberArray;
  const axes = jointAxes(shape, broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape));
  const inner = axes.pop() ?? { size: 1, a: 0, b: 0 };
  const index = new Array<number>(axes.length).fill(0);
  let p = 0;
  let q = 0;
  for (let o = 0; o < count; o += inner.size) {
    loop(out, x, y, inner.size, o, p, q, inner.a, inner.b);
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { size, a: stepA, b: stepB } = axes[axis]!;
      p += stepA;
      q += stepB;
      if (++index[axis]! < size) break;
      p -= stepA * size;
      q -= stepB * size;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data: out };
}

interface JointAxis {
  size: number;
  a: number;
  b: number;
}

/** Axes of the walk, joined where both operands allow. */
function jointAxes(shape: readonly number[], a: readonly number[], b: readonly number[]): JointAxis[] {
  const axes: JointAxis[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const next = { size, a: a[axis]!, b: b[axis]! };
    const outer = axes.at(-1);
    if (outer !== undefined && outer.a === next.a * size && outer.b === next.b * size) {
      axes[axes.length - 1] = { ...next, size: outer.size * size };
    } else axes.push(next);
  });
  return axes;
}
