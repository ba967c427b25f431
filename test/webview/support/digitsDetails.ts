import type { NodeDetails } from '../../../webview/protocol';

const layer = 'digits_cnn_1/conv2d_2_1';
const relu = 'digits_cnn_1/activation_1_2/Relu';
const CAST = `${relu}/cast`;

/** Details of a BF16 convolution of the digits CNN, as the engine would send them. */
export const digitsDetails: NodeDetails = {
  id: `${layer}/convolution`,
  name: `${layer}/convolution`,
  op: 'Conv2D',
  precision: 'bf16',
  why: { text: 'Listed in bf16_ops (Conv2D). INT8 was refused: op_name_dict says bf16 for conv2d_2_1.', configKey: 'op_name_dict' },
  inputs: [
    { name: relu, node: relu, through: [{ id: CAST, kind: 'cast', label: 'F→B' }], dtype: 'bfloat16', shape: '?×8×8×16', range: '0 … 6.31' },
    { name: `${layer}/convolution/ReadVariableOp`, node: `${layer}/convolution/ReadVariableOp`, dtype: 'bfloat16', shape: '3×3×16×16', constant: '3×3×16×16, bfloat16, 4.6 kB' },
  ],
  outputs: [{ name: `${layer}/convolution:0`, dtype: 'bfloat16', shape: '?×8×8×16', range: '−3.11 … 4.72' }],
  attributes: [
    { name: 'T', value: 'DT_BFLOAT16' },
    { name: 'data_format', value: 'NHWC' },
    { name: 'dilations', value: '[1, 1, 1, 1]' },
    { name: 'padding', value: 'SAME' },
    { name: 'strides', value: '[1, 1, 1, 1]' },
  ],
  changes: [
    { phase: 'quantize', rule: 'fold-batch-norm', reason: 'Batch normalisation folded into the weights and a bias.', snapshot: 1, index: 0 },
    { phase: 'bf16', rule: 'convert-node', reason: 'Computes in BF16; its weights were re-encoded, 9.2 kB to 4.6 kB.', snapshot: 2, index: 0 },
    { phase: 'optimize', rule: 'fold-cast-pair', reason: 'Cast to FP32 and back folded with add_1.', snapshot: 3, index: 0 },
  ],
};

const from = { precision: 'fp32', name: relu, node: relu, text: 'is INT8, with FP32 around it: INT8 kernels compute it on the accumulator of the op before it.' } as const;
const to = { precision: 'bf16', name: `${layer}/convolution`, node: `${layer}/convolution`, text: 'is to be BF16: Listed in bf16_ops (Conv2D).', configKey: 'bf16_ops' } as const;
const conclusion = 'Somewhere between them the value must be cast, and here one Cast serves 3 readers.';

/** Details of the Cast before that convolution. */
export const digitsCast: NodeDetails = {
  id: CAST,
  name: CAST,
  op: 'Cast',
  precision: 'other',
  why: { text: `${from.name} ${from.text} ${to.name} ${to.text} ${conclusion}` },
  cast: { label: 'F→B', types: 'FP32 to BF16', forcedBy: { from, to, conclusion } },
  inputs: [{ name: relu, node: relu, dtype: 'float32', shape: '?×8×8×16', range: '0 … 6.31' }],
  outputs: [{ name: CAST, dtype: 'bfloat16', shape: '?×8×8×16', range: '0 … 6.31' }],
  attributes: [
    { name: 'SrcT', value: 'float32' },
    { name: 'DstT', value: 'bfloat16' },
    { name: 'Truncate', value: 'false' },
  ],
  changes: [{ phase: 'bf16', rule: 'convert-to-bf16', reason: 'Listed in bf16_ops (Conv2D).', snapshot: 2, index: 0 }],
};
