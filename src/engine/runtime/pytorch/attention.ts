import { broadcastTo } from '../stridedCopy';
import { reshaped } from '../tensors';
import type { Tensor } from '../../graph/tensor';
import type { OnnxNode } from '../onnxModel';
import type { KernelOperand } from '../operation';
import type { Call, CallOperation, CallOperations } from './call';

/** Each head repeated for the query heads that share it. */
function withHeads(x: Tensor, heads: number): Tensor {
  const [own, rest] = [x.shape.at(-3)!, x.shape.slice(-2)];
  if (own === heads) return x;
  const batch = x.shape.slice(0, -3);
  const spread = broadcastTo(reshaped(x, [...batch, own, 1, ...rest]), [...batch, own, heads / own, ...rest]);
  return reshaped(spread, [...batch, heads, ...rest]);
}

/** A mask as numbers to add to the scores: -∞ where a flag is false. */
function additive(mask: Tensor): Tensor {
  if (mask.dtype !== 'bool') return mask;
  return { dtype: 'float32', shape: mask.shape, data: Float32Array.from(mask.data as Uint8Array, (keeps) => (keeps ? 0 : -Infinity)) };
}

/** Queries see the keys up to their own place. */
function causal(queries: number, keys: number): Tensor {
  const data = Float32Array.from({ length: queries * keys }, (_, i) => (i % keys <= Math.floor(i / keys) ? 0 : -Infinity));
  return { dtype: 'float32', shape: [queries, keys], data };
}

const constant = (name: string, value: number): OnnxNode => ({ op: 'Constant', inputs: [], outputs: [name], attributes: { value_float: { float: value } } });

/** TensorProto.DataType by the types of which PyTorch rounds the exponentials before it multiplies them with the values. */
const HALF: Readonly<Record<string, number | undefined>> = { bfloat16: 16, float16: 10 };

const top: readonly OnnxNode[] = [
  { op: 'ReduceMax', inputs: ['scores'], outputs: ['top'], attributes: { axes: [-1], keepdims: 1 } },
  constant('closed', -Infinity), constant('nothing', 0), { op: 'Equal', inputs: ['top', 'closed'], outputs: ['isClosed'] },
];

/** From `scores` to `y`, rows without a score that is not -∞ giving zeros. */
const weightedMean: readonly OnnxNode[] = [
  ...top, { op: 'Softmax', inputs: ['scores'], outputs: ['shares'], attributes: { axis: -1 } },
  { op: 'Where', inputs: ['isClosed', 'nothing', 'shares'], outputs: ['weights'] }, { op: 'MatMul', inputs: ['weights', 'x2'], outputs: ['y'] },
];

/** The same with exponentials in half precision, but their sum in float32 (aten/src/ATen/native/cpu/FlashAttentionKernel.cpp). */
function roundedMean(half: number): OnnxNode[] {
  return [
    ...top, { op: 'Where', inputs: ['isClosed', 'nothing', 'top'], outputs: ['shift'] },
    { op: 'Sub', inputs: ['scores', 'shift'], outputs: ['shifted'] }, { op: 'Exp', inputs: ['shifted'], outputs: ['shares'] },
    constant('one', 1), { op: 'Constant', inputs: [], outputs: ['last'], attributes: { value_ints: [-1] } },
    { op: 'ReduceSum', inputs: ['shares', 'last'], outputs: ['sum'], attributes: { keepdims: 1 } },
    { op: 'Where', inputs: ['isClosed', 'one', 'sum'], outputs: ['divisor'] },
    { op: 'Cast', inputs: ['shares'], outputs: ['half'], attributes: { to: half } },
    { op: 'Cast', inputs: ['half'], outputs: ['weights'], attributes: { to: 1 } },
    { op: 'MatMul', inputs: ['weights', 'x2'], outputs: ['whole'] }, { op: 'Div', inputs: ['whole', 'divisor'], outputs: ['y'] },
  ];
}

/**
 * softmax(query · keyᵀ · scale + mask) · value; rows that the mask closes wholly give zeros, as PyTorch's kernels do
 * (aten/src/ATen/native/transformers/attention.cpp, _safe_softmax).
 */
const attention: CallOperation = (call: Call) => {
  const query = call.tensor('query');
  const groups = call.flag('enable_gqa', false);
  const heads = query.shape.at(-3)!;
  const [key, value] = [call.tensor('key'), call.tensor('value')].map((x) => (groups ? withHeads(x, heads) : x)) as [Tensor, Tensor];
  const scale = call.number('scale', 1 / Math.sqrt(query.shape.at(-1)!));
  const given = call.optional('attn_mask') ?? (call.flag('is_causal', false) ? causal(query.shape.at(-2)!, key.shape.at(-2)!) : undefined);
  const rank = query.shape.length;
  const order = query.shape.map((_, axis) => axis);
  [order[rank - 2], order[rank - 1]] = [rank - 1, rank - 2];
  const operands: KernelOperand[] = [query, key, value, ...(given === undefined ? [] : [additive(given)])].map((tensor) => ({ tensor, constant: false }));
  const half = HALF[call.context.outputType(0) ?? ''];
  const nodes = (): OnnxNode[] => [
    constant('scale', scale), { op: 'Transpose', inputs: ['x1'], outputs: ['keys'], attributes: { perm: order } },
    { op: 'MatMul', inputs: ['x0', 'keys'], outputs: ['unscaled'] }, { op: 'Mul', inputs: ['unscaled', 'scale'], outputs: ['products'] },
    { op: given === undefined ? 'Identity' : 'Add', inputs: ['products', ...(given === undefined ? [] : ['x3'])], outputs: ['scores'] },
    ...(half === undefined ? weightedMean : roundedMean(half)),
  ];
  return call.kernel(`Attention ${rank} ${scale} ${given !== undefined} ${half}`, nodes, operands);
};

export const attentions: CallOperations = {
  'aten.scaled_dot_product_attention': attention,
  'aten._scaled_dot_product_flash_attention_for_cpu': async (call) => [await attention(call)].flat(),
};
