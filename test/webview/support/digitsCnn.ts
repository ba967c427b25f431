import type { DisplayNode, GraphView, Precision } from '../../../webview/protocol';
import { GraphBuilder, snapshot, type PrecisionOf } from './graphBuilder';

const MODEL = 'digits_cnn_1';

function readVariable(b: GraphBuilder, name: string): string {
  return b.add('Identity', `${MODEL}/${name}/ReadVariableOp`);
}

/** Batch normalisation as Keras 3 writes it: Mul, Sub and Rsqrt over four variables. */
function batchNorm(b: GraphBuilder, layer: string, x: string): string {
  const norm = `${MODEL}/${layer}/batchnorm`;
  const add = b.add('AddV2', `${norm}/add`, [readVariable(b, `${layer}/Cast_1`)]);
  const rsqrt = b.add('Rsqrt', `${norm}/Rsqrt`, [add]);
  const mul = b.add('Mul', `${norm}/mul`, [rsqrt, readVariable(b, `${layer}/Cast_2`)]);
  const scaled = b.add('Mul', `${norm}/mul_1`, [x, mul]);
  const beta = readVariable(b, `${layer}/Cast_3`);
  const mean = b.add('Mul', `${norm}/mul_2`, [readVariable(b, `${layer}/Cast`), mul]);
  return b.add('AddV2', `${norm}/add_1`, [scaled, b.add('Sub', `${norm}/sub`, [beta, mean])]);
}

function conv(b: GraphBuilder, layer: string, x: string, op = 'Conv2D', kernel = 'convolution'): string {
  return b.add(op, `${MODEL}/${layer}/${kernel}`, [x, readVariable(b, `${layer}/${kernel}`)]);
}

function dense(b: GraphBuilder, layer: string, x: string): string {
  const product = b.add('MatMul', `${MODEL}/${layer}/MatMul`, [x, readVariable(b, `${layer}/Cast`)]);
  return b.add('BiasAdd', `${MODEL}/${layer}/BiasAdd`, [product, readVariable(b, `${layer}/BiasAdd`)]);
}

/** The digits CNN as TensorFlow freezes it: a residual block, a depthwise convolution, two poolings in parallel. */
function build(): GraphBuilder {
  const b = new GraphBuilder();
  const image = b.add('Placeholder', 'image', [], 'input');
  const first = b.add('Relu', `${MODEL}/activation_1/Relu`, [batchNorm(b, 'batch_normalization_1', conv(b, 'conv2d_1', image))]);
  const second = b.add('Relu', `${MODEL}/activation_1_2/Relu`, [batchNorm(b, 'batch_normalization_1_2', conv(b, 'conv2d_1_2', first))]);
  const third = batchNorm(b, 'batch_normalization_2_1', conv(b, 'conv2d_2_1', second));
  const residual = b.add('Relu', `${MODEL}/re_lu_1/Relu`, [b.add('AddV2', `${MODEL}/add_1/Add`, [third, first])]);
  const depthwise = conv(b, 'depthwise_conv2d_1', residual, 'DepthwiseConv2dNative', 'depthwise');
  const relu6 = b.add('Relu6', `${MODEL}/re_lu_1_2/Relu6`, [batchNorm(b, 'batch_normalization_3_1', depthwise)]);
  const wide = b.add('Relu', `${MODEL}/activation_2_1/Relu`, [batchNorm(b, 'batch_normalization_4_1', conv(b, 'conv2d_3_1', relu6))]);
  const pools = [b.add('MaxPool', `${MODEL}/max_pooling2d_1/MaxPool2d`, [wide]), b.add('AvgPool', `${MODEL}/average_pooling2d_1/AvgPool`, [wide])];
  const joined = b.add('ConcatV2', `${MODEL}/concatenate_1/concat`, pools);
  const last = b.add('Relu', `${MODEL}/activation_3_1/Relu`, [batchNorm(b, 'batch_normalization_5_1', conv(b, 'conv2d_4_1', joined))]);
  const mean = b.add('Mean', `${MODEL}/global_average_pooling2d_1/Mean`, [last]);
  const hidden = b.add('Relu', `${MODEL}/dense_1/Relu`, [dense(b, 'dense_1', mean)]);
  b.add('Identity', 'Identity', [b.add('Softmax', `${MODEL}/probs_1/Softmax`, [dense(b, 'probs_1', hidden)])], 'output');
  return b;
}

const isKernelRead = ({ name }: DisplayNode): boolean => /(convolution|depthwise|Cast)\/ReadVariableOp$/.test(name);
const original: PrecisionOf = ({ kind }) => (kind === 'op' ? 'fp32' : 'other');
const quantized: PrecisionOf = (node) => {
  if (node.name.includes('batch_normalization')) return undefined;
  if (/conv2d_2_1|dense_1|probs_1|add_1|re_lu_1\//.test(node.name) || isKernelRead(node)) return original(node);
  return /Conv2D|DepthwiseConv2dNative|Relu|Relu6|MaxPool|AvgPool|ConcatV2/.test(node.op) ? 'int8' : original(node);
};
const withBf16: PrecisionOf = (node) => (/conv2d_2_1|dense_1\/(MatMul|Cast)|probs_1\/(MatMul|Cast)/.test(node.name) ? 'bf16' : quantized(node));
const optimized: PrecisionOf = (node): Precision | undefined => (/dense_1|add_1|re_lu_1\/|Mean|probs_1\/Bias/.test(node.name) ? 'bf16' : withBf16(node));

export function digitsCnn(): GraphView {
  const { nodes, edges } = build();
  const opened = snapshot({ nodes, edges }, undefined, original);
  const int8 = snapshot({ nodes, edges }, 'quantize', quantized, opened);
  const bf16 = snapshot({ nodes, edges }, 'bf16', withBf16, int8);
  const best = { ...snapshot({ nodes, edges }, 'optimize', optimized, bf16), lowerBound: 8 };
  return { model: { name: 'digits_cnn.pb', format: 'TensorFlow GraphDef' }, nodes, edges, snapshots: [opened, int8, bf16, best] };
}
