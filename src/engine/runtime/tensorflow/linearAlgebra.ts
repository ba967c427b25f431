import { UserError } from '../../errors';
import { elementCount } from '../../graph/tensor';
import type { OnnxNode } from '../onnxModel';
import type { Operation, Operations } from '../operation';
import { broadcastShape, zeros } from '../tensors';

/** Matrix product over the last two axes, the others broadcast; `a` and `b` name the attributes that transpose an operand. */
function matrixProduct(a: string, b: string): Operation {
  return async (context) => {
    const operands = [context.operand(0), context.operand(1)] as const;
    const transposes = [context.bool(a, false), context.bool(b, false)];
    const [x, y] = operands.map(({ tensor }, index) => matrixShape(tensor.shape, transposes[index]!)) as [number[], number[]];
    if (x.at(-1) !== y.at(-2)) throw new UserError(`Matrices of [${x}] and [${y}] cannot be multiplied`);
    const shape = [...broadcastShape(x.slice(0, -2), y.slice(0, -2)), x.at(-2)!, y.at(-1)!];
    if (elementCount(x) === 0 || elementCount(y) === 0) return [zeros(operands[0].tensor.dtype, shape)];
    const nodes = (): OnnxNode[] => {
      const [left, right] = operands.map(({ tensor }, index) => (transposes[index] ? [transposeLast(`x${index}`, `t${index}`, tensor.shape.length)] : []));
      const inputs = transposes.map((transpose, index) => (transpose ? `t${index}` : `x${index}`));
      return [...left!, ...right!, { op: 'MatMul', inputs, outputs: ['y'] }];
    };
    return [await context.kernel(`MatMul ${transposes} ${x.length} ${y.length}`, nodes, operands)];
  };
}

function matrixShape(shape: readonly number[], transpose: boolean): number[] {
  if (shape.length < 2) throw new UserError(`A matrix product needs at least two axes, not [${shape}]`);
  return transpose ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : [...shape];
}

function transposeLast(input: string, output: string, rank: number): OnnxNode {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return { op: 'Transpose', inputs: [input], outputs: [output], attributes: { perm } };
}

/** Einstein summation; the equations of TensorFlow and ONNX are written alike. */
const einsum: Operation = async (context) => {
  const equation = context.string('equation', '');
  const operands = context.inputs().map((_, index) => context.operand(index));
  const nodes = (): OnnxNode[] => [{ op: 'Einsum', inputs: operands.map((_, index) => `x${index}`), outputs: ['y'], attributes: { equation } }];
  return [await context.kernel(`Einsum ${equation}`, nodes, operands)];
};

export const linearAlgebra: Operations = {
  MatMul: matrixProduct('transpose_a', 'transpose_b'),
  BatchMatMul: matrixProduct('adj_x', 'adj_y'),
  BatchMatMulV2: matrixProduct('adj_x', 'adj_y'),
  BatchMatMulV3: matrixProduct('adj_x', 'adj_y'),
  Einsum: einsum,
};
