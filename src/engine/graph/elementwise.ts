import { elementCount, type Tensor } from './tensor';

/** Applies `f` to each element, rounding to float32. The tensor must be float32. */
export function mapFloat32(tensor: Tensor, f: (x: number) => number): Tensor {
  return { dtype: 'float32', shape: tensor.shape, data: (tensor.data as Float32Array).map(f) };
}

/** Elements that two small tensors may broadcast to. */
const FEW = 4096;

/**
 * Applies `f` to pairs of elements, broadcasting as NumPy does and rounding to float32. Both tensors must be float32.
 * Undefined when the shapes do not broadcast, or to more elements than either has and than are soon computed.
 */
export function combineFloat32(a: Tensor, b: Tensor, f: (x: number, y: number) => number): Tensor | undefined {
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === undefined || elementCount(shape) > Math.max(a.data.length, b.data.length, FEW)) return undefined;
  const data = new Float32Array(elementCount(shape));
  const indexA = broadcastIndex(a.shape, shape);
  const indexB = broadcastIndex(b.shape, shape);
  const x = a.data as Float32Array;
  const y = b.data as Float32Array;
  for (let i = 0; i < data.length; i++) data[i] = f(x[indexA(i)]!, y[indexB(i)]!);
  return { dtype: 'float32', shape, data };
}

/** Shape two shapes broadcast to by NumPy's rules, or undefined. */
export function broadcastShape(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const x = a[a.length - rank + axis] ?? 1;
    const y = b[b.length - rank + axis] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    shape.push(x === 1 ? y : x);
  }
  return shape;
}

/** Maps a row-major index in `to` to the one in `from`, which broadcasts to it. */
function broadcastIndex(from: readonly number[], to: readonly number[]): (index: number) => number {
  if (elementCount(from) === 1) return () => 0;
  if (elementCount(from) === elementCount(to)) return (index) => index;
  return (index) => {
    let [rest, result, stride] = [index, 0, 1];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const size = from[from.length - to.length + axis] ?? 1;
      if (size !== 1) result += (rest % to[axis]!) * stride;
      stride *= size;
      rest = Math.floor(rest / to[axis]!);
    }
    return result;
  };
}
