import type { Tensor } from '../../graph/tensor';
import { reluLoop, unaryLoop } from '../elementLoops';
import type { OnnxNode } from '../onnxModel';
import { allocate, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { mapped } from './elementwise';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** A function of one number with parameters from the call. */
function activation(functionOf: (call: Call) => (x: number) => number): CallOperation {
  return (call) => mapped(call.tensor('self'), unaryLoop(functionOf(call)));
}

const plain = (f: (x: number) => number): CallOperation => activation(() => f);

/** log(1 + e^x); above the threshold x itself (aten/src/ATen/native/cpu/Activation.cpp). */
function softplus(x: number, beta = 1, threshold = 20): number {
  return x * beta > threshold ? x : Math.log1p(Math.exp(x * beta)) / beta;
}

/** x · Φ(x), by the error function or its approximation with tanh. */
const gelu: CallOperation = async (call) => {
  const x = call.tensor('self');
  if (call.text('approximate', 'none') === 'tanh') {
    const inner = Math.sqrt(2 / Math.PI);
    return mapped(x, unaryLoop((v) => 0.5 * v * (1 + Math.tanh(inner * (v + 0.044715 * v * v * v)))));
  }
  const constant = (name: string, value: number): OnnxNode => ({ op: 'Constant', inputs: [], outputs: [name], attributes: { value_float: { float: value } } });
  const nodes = (): OnnxNode[] => [
    constant('root', Math.SQRT1_2), constant('one', 1), constant('half', 0.5),
    { op: 'Mul', inputs: ['x0', 'root'], outputs: ['scaled'] }, { op: 'Erf', inputs: ['scaled'], outputs: ['erf'] },
    { op: 'Add', inputs: ['erf', 'one'], outputs: ['sum'] }, { op: 'Mul', inputs: ['x0', 'half'], outputs: ['x'] },
    { op: 'Mul', inputs: ['x', 'sum'], outputs: ['y'] },
  ];
  return call.kernel('Gelu', nodes, [call.operand('self')]);
};

/** max(x, 0) + weight · min(x, 0), one weight or one per channel. */
const prelu: CallOperation = (call) => {
  const [x, weight] = [call.tensor('self'), call.tensor('weight')];
  const [source, slopes] = [x.data as NumberArray, weight.data as NumberArray];
  const inner = x.shape.slice(2).reduce((product, size) => product * size, 1);
  const data = allocate(x.dtype, source.length) as NumberArray;
  for (let i = 0; i < data.length; i++) data[i] = source[i]! < 0 ? source[i]! * slopes[Math.floor(i / inner) % slopes.length]! : source[i]!;
  return { ...x, data };
};

/** First half along an axis times the sigmoid of the second. */
const glu: CallOperation = (call) => {
  const x = call.tensor('self');
  const given = call.number('dim', -1);
  const axis = given < 0 ? given + x.shape.length : given;
  const inner = x.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const half = (x.shape[axis]! / 2) * inner;
  const source = x.data as NumberArray;
  const data = allocate(x.dtype, source.length / 2) as NumberArray;
  for (let i = 0; i < data.length; i++) {
    const start = Math.floor(i / half) * 2 * half + (i % half);
    data[i] = source[start]! * sigmoid(source[start + half]!);
  }
  return { dtype: x.dtype, shape: x.shape.map((size, index) => (index === axis ? size / 2 : size)), data };
};

const hardtanh = (call: Call): Tensor => {
  const [low, high] = [call.number('min_val', -1), call.number('max_val', 1)];
  return mapped(call.tensor('self'), unaryLoop((x) => (x < low ? low : x > high ? high : x)));
};

const relu6 = (x: number): number => (x < 0 ? 0 : x > 6 ? 6 : x);

export const activations: CallOperations = {
  'aten.relu': (call) => mapped(call.tensor('self'), reluLoop), 'aten.relu6': plain(relu6), 'aten.hardtanh': hardtanh,
  'aten.gelu': gelu, 'aten.silu': plain((x) => x * sigmoid(x)), 'aten.mish': plain((x) => x * Math.tanh(softplus(x))),
  'aten.hardswish': plain((x) => (x * relu6(x + 3)) / 6), 'aten.hardsigmoid': plain((x) => relu6(x + 3) / 6),
  'aten.leaky_relu': activation((call) => {
    const slope = call.number('negative_slope', 0.01);
    return (x) => (x < 0 ? x * slope : x);
  }),
  'aten.elu': activation((call) => {
    const [alpha, scale, inner] = [call.number('alpha', 1), call.number('scale', 1), call.number('input_scale', 1)];
    return (x) => (x < 0 ? scale * alpha * Math.expm1(x * inner) : scale * x);
  }),
  'aten.celu': activation((call) => {
    const alpha = call.number('alpha', 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x / alpha) : x);
  }),
  'aten.selu': plain((x) => 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * Math.expm1(x) : x)),
  'aten.softplus': activation((call) => {
    const [beta, threshold] = [call.number('beta', 1), call.number('threshold', 20)];
    return (x) => softplus(x, beta, threshold);
  }),
  'aten.softsign': plain((x) => x / (1 + Math.abs(x))), 'aten.log_sigmoid': plain((x) => -softplus(-x)), 'aten.tanhshrink': plain((x) => x - Math.tanh(x)),
  'aten.threshold': activation((call) => {
    const [threshold, value] = [call.number('threshold', 0), call.number('value', 0)];
    return (x) => (x <= threshold ? value : x);
  }),
  'aten.prelu': prelu, 'aten.glu': glu,
};
