import { elementCount, type Tensor } from './tensor';

/** A tensor with its axes in another order, in new memory; undefined where `order` does not name each axis once, and for strings and complex numbers. */
export function transposed(tensor: Tensor, order: readonly number[]): Tensor | undefined {
  const { dtype, shape, data } = tensor;
  const isOrder = order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  if (!isOrder || Array.isArray(data) || data.length !== elementCount(shape)) return undefined;
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const source = data as Float32Array;
  const result = new (source.constructor as Float32ArrayConstructor)(source.length);
  const at = new Array<number>(order.length).fill(0);
  for (let to = 0, from = 0; to < result.length; to++) {
    result[to] = source[from]!;
    // Counts up like an odometer, the last axis first.
    for (let axis = order.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++at[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      at[axis] = 0;
    }
  }
  return { dtype, shape: sizes, data: result };
}
