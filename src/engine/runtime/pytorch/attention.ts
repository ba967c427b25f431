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
  const masked: OnnxNode[] = [
    { op: 'Add', inputs: ['scores', 'x3'], outputs: ['masked'] },
    { op: 'Softmax', inputs: ['masked'], outputs: ['shares'], attributes: { axis: -1 } },
    { op: 'ReduceMax', inputs: ['masked'], outputs: ['top'], attributes: { axes: [-1], keepdims: 1 } },
    constant('closed', -Infinity), constant('nothing', 0), { op: 'Equal', inputs: ['top', 'closed'], outputs: ['isClosed'] },
    { op: 'Where', inputs: ['isClosed', 'nothing', 'shares'], outputs: ['weights'] },
  ];
  const nodes = (): OnnxNode[] => [
    constant('scale', scale),
    { op: 'Mul', inputs: ['x0', 'scale'], outputs: ['scaled'] }, { op: 'Transpose', inputs: ['x1'], outputs: ['keys'], attributes: { perm: order } },
    { op: 'MatMul', inputs: ['scaled', 'keys'], outputs: ['scores'] },
    ...(given === undefined ? [{ op: 'Softmax', inputs: ['scores'], outputs: ['weights'], attributes: { axis: -1 } }] : masked),
    { op: 'MatMul', inputs: ['weights', 'x2'], outputs: ['y'] },
  ];
  return call.kernel(`Attention ${rank} ${scale} ${given !== undefined}`, nodes, operands);
};

export const attentions: CallOperations = {
  'aten.scaled_dot_product_attention': attention,
  'aten._scaled_dot_product_flash_attention_for_cpu': async (call) => [await attention(call)].flat(),
};
