import { UserError } from '../../errors';
import type { Tensor } from '../../graph/tensor';
import { normalizeAxis, scalarOf } from '../tensors';
import type { CallOperation, CallOperations } from './call';

/** Sizes and other Python numbers travel as tensors without axes: int64, float64 or bool. */
const size = (value: number): Tensor => ({ dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value)) });
const flag = (value: boolean): Tensor => ({ dtype: 'bool', shape: [], data: Uint8Array.of(value ? 1 : 0) });
const float = (value: number): Tensor => ({ dtype: 'float64', shape: [], data: Float64Array.of(value) });

const named = ['a', 'b'] as const;

/** The operands of a Python function: a and b, or in order where they have no such names. */
const operands: (call: Parameters<CallOperation>[0]) => Tensor[] = (call) => {
  const given = named.filter((name) => call.has(name)).map((name) => call.term(name).tensor);
  return given.length > 0 ? given : call.context.inputs();
};

/** An integer where both operands are, a float otherwise. */
function arithmetic(f: (x: number, y: number) => number): CallOperation {
  return (call) => {
    const [a, b] = operands(call) as [Tensor, Tensor?];
    const value = f(scalarOf(a), b === undefined ? NaN : scalarOf(b));
    const isWhole = a.dtype !== 'float64' && b?.dtype !== 'float64' && Number.isInteger(value);
    return isWhole ? size(value) : float(value);
  };
}

const real = (f: (x: number, y: number) => number): CallOperation => (call) => {
  const [a, b] = operands(call) as [Tensor, Tensor?];
  return float(f(scalarOf(a), b === undefined ? NaN : scalarOf(b)));
};

const whole = (f: (x: number) => number): CallOperation => (call) => size(f(scalarOf(operands(call)[0]!)));

function comparison(holds: (x: number, y: number) => boolean): CallOperation {
  return (call) => {
    const [a, b] = operands(call) as [Tensor, Tensor];
    return flag(holds(scalarOf(a), scalarOf(b)));
  };
}

const symSize: CallOperation = (call) => {
  const { shape } = call.tensor('self');
  return size(shape[normalizeAxis(call.number('dim', 0), shape.length)]!);
};

/** The only element, as a Python number. */
const item: CallOperation = (call) => {
  const x = call.tensor('self');
  if (x.data.length !== 1) throw new UserError(`A tensor of [${x.shape}] is no single number`);
  return x.dtype === 'bool' ? flag(scalarOf(x) !== 0) : x.dtype.startsWith('float') || x.dtype === 'bfloat16' ? float(scalarOf(x)) : size(scalarOf(x));
};

/** Python's arithmetic on sizes. */
export const symbolic: CallOperations = {
  'aten.sym_size.int': symSize, 'aten.sym_numel': (call) => size(call.tensor('self').shape.reduce((count, length) => count * length, 1)),
  'aten.item': item, 'aten._local_scalar_dense': item,
  '_operator.add': arithmetic((x, y) => x + y), '_operator.sub': arithmetic((x, y) => x - y), '_operator.mul': arithmetic((x, y) => x * y),
  '_operator.floordiv': arithmetic((x, y) => Math.floor(x / y)), '_operator.mod': arithmetic((x, y) => x - Math.floor(x / y) * y),
  '_operator.pow': arithmetic((x, y) => x ** y), '_operator.neg': arithmetic((x) => -x), '_operator.truediv': real((x, y) => x / y),
  '_operator.eq': comparison((x, y) => x === y), '_operator.ne': comparison((x, y) => x !== y), '_operator.lt': comparison((x, y) => x < y),
  '_operator.le': comparison((x, y) => x <= y), '_operator.gt': comparison((x, y) => x > y), '_operator.ge': comparison((x, y) => x >= y),
  'math.trunc': whole(Math.trunc), 'math.floor': whole(Math.floor), 'math.ceil': whole(Math.ceil), 'math.sqrt': real(Math.sqrt),
  'torch.sym_max': arithmetic(Math.max), 'torch.sym_min': arithmetic(Math.min), 'torch.sym_float': real((x) => x), 'torch.sym_int': whole(Math.trunc),
  'torch.sym_not': (call) => flag(scalarOf(operands(call)[0]!) === 0), 'torch._sym_sqrt': real(Math.sqrt),
};
