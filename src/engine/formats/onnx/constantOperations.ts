import { combineFloat32, mapFloat32 } from '../../graph/elementwise';
import type { Node } from '../../graph/graph';
import { elementCount, type Tensor } from '../../graph/tensor';
import { transposed } from '../../graph/transpose';
import { intsOf } from './attributes';
import { domainOf } from './node';

type Operation = (operands: readonly Tensor[], node: Node) => Tensor | undefined;

const unary = (f: (x: number) => number): Operation => ([x]) => (x?.dtype === 'float32' ? mapFloat32(x, f) : undefined);

const binary = (f: (x: number, y: number) => number): Operation => ([x, y]) =>
  x?.dtype === 'float32' && y?.dtype === 'float32' ? combineFloat32(x, y, f) : undefined;

/** What exporters leave between weights and their readers, in float32 arithmetic. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  Add: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  Div: binary((x, y) => x / y),
  Neg: unary((x) => -x),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
  Identity: ([x]) => x,
  Unsqueeze: ([x, axes], node) => unsqueeze(x!, integers(axes) ?? intsOf(node.attributes, 'axes')),
  Squeeze: ([x, axes], node) => squeeze(x!, integers(axes) ?? intsOf(node.attributes, 'axes')),
  Transpose: ([x], node) => transposed(x!, intsOf(node.attributes, 'perm') ?? x!.shape.map((_, axis) => x!.shape.length - 1 - axis)),
  Reshape: ([x, shape]) => reshape(x!, integers(shape)),
};

/** The operation of a node on constant operands, or undefined for other ops; it gives undefined for operands it does not know. */
export function constantOperation(node: Node): ((operands: readonly Tensor[]) => Tensor | undefined) | undefined {
  const operation = Object.hasOwn(OPERATIONS, node.op) && domainOf(node) === '' && node.inputs.length > 0 ? OPERATIONS[node.op] : undefined;
  return operation === undefined ? undefined : (operands) => operation(operands, node);
}

function integers(tensor: Tensor | undefined): readonly number[] | undefined {
  return tensor?.dtype === 'int64' ? Array.from(tensor.data as BigInt64Array, Number) : undefined;
}

function unsqueeze(tensor: Tensor, axes: readonly number[] | undefined): Tensor | undefined {
  if (axes === undefined) return undefined;
  const rank = tensor.shape.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const old = [...tensor.shape];
  return { ...tensor, shape: Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : old.shift()!)) };
}

function squeeze(tensor: Tensor, axes: readonly number[] | undefined): Tensor | undefined {
  const dropped = new Set(axes?.map((axis) => (axis < 0 ? axis + tensor.shape.length : axis)));
  const shape = tensor.shape.filter((size, axis) => (axes === undefined ? size !== 1 : !dropped.has(axis)));
  return elementCount(shape) === elementCount(tensor.shape) ? { ...tensor, shape } : undefined;
}

/** A size of 0 stands for the one there was, -1 for what is left. */
function reshape(tensor: Tensor, sizes: readonly number[] | undefined): Tensor | undefined {
  if (sizes === undefined) return undefined;
  const given = sizes.map((size, axis) => (size === 0 ? tensor.shape[axis] ?? 0 : size));
  const count = elementCount(tensor.shape);
  const shape = given.map((size) => (size === -1 ? count / elementCount(given.filter((other) => other !== -1)) : size));
  return elementCount(shape) === count && shape.every((size) => Number.isInteger(size) && size >= 0) ? { ...tensor, shape } : undefined;
}
