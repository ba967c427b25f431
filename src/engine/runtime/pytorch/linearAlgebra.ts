import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import { broadcastBinary } from '../broadcasting';
import { converted } from '../conversion';
import { addLoop, multiplyLoop } from '../elementLoops';
import type { OnnxNode } from '../onnxModel';
import type { KernelOperand } from '../operation';
import { broadcastShape, reshaped, zeros } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { promoted } from './promotion';

/** input · weightᵀ + bias over the last axis. */
const linear: CallOperation = async (call) => {
  const [x, weight] = [call.tensor('input'), call.tensor('weight')];
  const features = weight.shape.at(-1)!;
  if (x.shape.at(-1) !== features) throw new UserError(`A tensor of [${x.shape}] does not have ${features} features`);
  if (elementCount(x.shape) === 0) return zeros(x.dtype, [...x.shape.slice(0, -1), ...weight.shape.slice(0, -1)]);
  const operands = [call.operand('input'), call.operand('weight'), ...(call.has('bias') ? [call.operand('bias')] : [])];
  const isMatrix = weight.shape.length === 2;
  const nodes = (): OnnxNode[] => [
    ...(isMatrix ? [{ op: 'Transpose', inputs: ['x1'], outputs: ['w'], attributes: { perm: [1, 0] } }] : []),
    { op: 'MatMul', inputs: ['x0', isMatrix ? 'w' : 'x1'], outputs: [operands.length > 2 ? 'product' : 'y'] },
    ...(operands.length > 2 ? [{ op: 'Add', inputs: ['product', 'x2'], outputs: ['y'] }] : []),
  ];
  return call.kernel(`Linear ${isMatrix} ${operands.length}`, nodes, operands);
};

/** Matrix product over the last two axes, the others broadcast; tensors of one axis are vectors. */
export async function matrixProduct(call: Call, a: KernelOperand, b: KernelOperand): Promise<Tensor> {
  const [x, y] = [a.tensor.shape, b.tensor.shape];
  if (x.length === 0 || y.length === 0 || x.at(-1) !== (y.length === 1 ? y[0] : y.at(-2))) {
    throw new UserError(`Matrices of [${x}] and [${y}] cannot be multiplied`);
  }
  const rows = x.length === 1 ? [] : [x.at(-2)!];
  const columns = y.length === 1 ? [] : [y.at(-1)!];
  if (elementCount(x) === 0 || elementCount(y) === 0) return zeros(a.tensor.dtype, [...broadcastShape(x.slice(0, -2), y.slice(0, -2)), ...rows, ...columns]);
  return call.kernel(`MatMul ${x.length} ${y.length}`, () => [{ op: 'MatMul', inputs: ['x0', 'x1'], outputs: ['y'] }], [a, b]);
}

const product = (a: string, b: string): CallOperation => (call) => matrixProduct(call, call.operand(a), call.operand(b));

function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : broadcastBinary(x, converted({ dtype: 'float64', shape: [], data: Float64Array.of(factor) }, x.dtype), multiplyLoop, x.dtype);
}

/** beta · self + alpha · (a · b). */
const added = (a: string, b: string): CallOperation => async (call) => {
  const result = await matrixProduct(call, call.operand(a), call.operand(b));
  const self = call.tensor('self');
  const [alpha, beta] = [call.number('alpha', 1), call.number('beta', 1)];
  return beta === 0 ? scaled(result, alpha) : broadcastBinary(scaled(self, beta), scaled(result, alpha), addLoop, result.dtype);
};

const outer: CallOperation = (call) => {
  const [a, b] = promoted([call.term('self'), call.term('vec2')]) as [Tensor, Tensor];
  return broadcastBinary(reshaped(a, [a.data.length, 1]), b, multiplyLoop, a.dtype);
};

/** Einstein summation; ONNX writes equations alike. */
const einsum: CallOperation = (call) => {
  const equation = call.text('equation', '');
  const operands = call.tensors('tensors').map((tensor) => ({ tensor, constant: false }));
  const nodes = (): OnnxNode[] => [{ op: 'Einsum', inputs: operands.map((_, index) => `x${index}`), outputs: ['y'], attributes: { equation } }];
  return call.kernel(`Einsum ${equation}`, nodes, operands);
};

export const linearAlgebra: CallOperations = {
  'aten.linear': linear, 'aten.matmul': product('self', 'other'), 'aten.bmm': product('self', 'mat2'), 'aten.mm': product('self', 'mat2'),
  'aten.mv': product('self', 'vec'), 'aten.dot': product('self', 'tensor'),
  'aten.addmm': added('mat1', 'mat2'), 'aten.baddbmm': added('batch1', 'batch2'), 'aten.addmv': added('mat', 'vec'), 'aten.einsum': einsum, 'aten.outer': outer,
};
