import { combineFloat32, mapFloat32 } from '../../graph/elementwise';
import type { Node } from '../../graph/graph';
import { elementCount, type Tensor } from '../../graph/tensor';
import { transposed } from '../../graph/transpose';

type Operation = (operands: readonly Tensor[], node: Node) => Tensor | undefined;

const unary = (f: (x: number) => number): Operation => ([x]) => (x?.dtype === 'float32' ? mapFloat32(x, f) : undefined);

const binary = (f: (x: number, y: number) => number): Operation => ([x, y]) =>
  x?.dtype === 'float32' && y?.dtype === 'float32' ? combineFloat32(x, y, f) : undefined;

const same: Operation = ([x]) => x;

/**
 * What exporters leave of batch normalisation and biases on constants (tensorflow/core/kernels/cwise_*.cc,
 * reshape_op.cc, shape_ops.cc), in float32 arithmetic.
 */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  Add: binary((x, y) => x + y),
  AddV2: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  RealDiv: binary((x, y) => x / y),
  Neg: unary((x) => -x),
  Square: unary((x) => x * x),
  Sqrt: unary(Math.sqrt),
  Rsqrt: unary((x) => 1 / Math.sqrt(x)),
  Identity: same,
  StopGradient: same,
  Reshape: ([x, shape]) => (x === undefined || shape === undefined ? undefined : reshape(x, integers(shape))),
  ExpandDims: ([x, axis]) => (x === undefined || axis === undefined ? undefined : expandDims(x, integers(axis))),
  Transpose: ([x, order]) => (x === undefined || order === undefined ? undefined : transposed(x, integers(order))),
  Squeeze: ([x], node) => (x === undefined ? undefined : squeeze(x, squeezeAxes(node))),
};

/** The operation of a node on constant operands, or undefined for other ops; it gives undefined for operands it does not know. */
export function constantOperation(node: Node): ((operands: readonly Tensor[]) => Tensor | undefined) | undefined {
  const operation = Object.hasOwn(OPERATIONS, node.op) ? OPERATIONS[node.op] : undefined;
  return operation === undefined ? undefined : (operands) => operation(operands, node);
}

function integers(tensor: Tensor): readonly number[] {
  return tensor.dtype === 'int32' || tensor.dtype === 'int64' ? Array.from(tensor.data as Int32Array | BigInt64Array, Number) : [NaN];
}

/** One size may be -1: what is left. */
function reshape(tensor: Tensor, sizes: readonly number[]): Tensor | undefined {
  const count = elementCount(tensor.shape);
  const known = elementCount(sizes.filter((size) => size !== -1));
  const shape = sizes.map((size) => (size === -1 ? count / known : size));
  return elementCount(shape) === count && shape.every((size) => Number.isInteger(size) && size >= 0) ? { ...tensor, shape } : undefined;
}

function expandDims(tensor: Tensor, [axis]: readonly number[]): Tensor | undefined {
  if (axis === undefined || !Number.isInteger(axis)) return undefined;
  return { ...tensor, shape: tensor.shape.toSpliced(axis < 0 ? tensor.shape.length + 1 + axis : axis, 0, 1) };
}

/** Without axes, every axis of size 1 is dropped. */
function squeeze(tensor: Tensor, axes: readonly number[]): Tensor | undefined {
  const rank = tensor.shape.length;
  const dropped = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const shape = tensor.shape.filter((size, axis) => (axes.length === 0 ? size !== 1 : !dropped.has(axis)));
  return elementCount(shape) === elementCount(tensor.shape) ? { ...tensor, shape } : undefined;
}

function squeezeAxes(node: Node): readonly number[] {
  const attribute = node.attributes.get('squeeze_dims') ?? node.attributes.get('axis');
  return attribute?.kind === 'ints' ? attribute.value.map(Number) : [];
}
