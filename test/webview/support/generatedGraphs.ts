import type { DisplayNode, GraphView, Precision } from '../../../webview/protocol';
import { GraphBuilder, snapshot } from './graphBuilder';

/** Tables every block of a decoder reads. */
interface Shared {
  readonly mask: string;
  readonly cos: string;
  readonly sin: string;
}

/** A decoder unrolled with a name scope per block; the attention mask and the tables of the rotary embedding feed every block. */
export function decoder(blocks: number): GraphView {
  const b = new GraphBuilder();
  const tokens = b.add('Placeholder', 'tokens', [], 'input');
  const positions = b.add('Range', 'rotary/positions', [b.add('Shape', 'rotary/Shape', [tokens])]);
  const angles = b.add('Mul', 'rotary/angles', [positions]);
  const shared = {
    mask: b.add('Sub', 'mask/Sub', [b.add('Cast', 'mask/Cast', [b.add('Placeholder', 'mask', [], 'input')])]),
    cos: b.add('Cos', 'rotary/Cos', [angles]),
    sin: b.add('Sin', 'rotary/Sin', [angles]),
  };
  let x = b.add('GatherV2', 'embedding/GatherV2', [tokens]);
  for (let block = 0; block < blocks; block++) x = decoderBlock(b, `decoder/block_${block}`, x, shared);
  b.add('Identity', 'logits', [dense(b, 'head', rmsNorm(b, 'norm', x))], 'output');
  return converted('decoder.pb', b);
}

/** Ops in a row without name scopes. */
export function chain(ops: number): GraphView {
  const b = new GraphBuilder();
  const cycle = ['MatMul', 'BiasAdd', 'Relu', 'Softmax'];
  let last = b.add('Placeholder', 'input', [], 'input');
  for (let k = 1; k < ops; k++) last = b.add(cycle[k % cycle.length]!, `op_${k}`, [last]);
  return converted('chain.pb', b);
}

/** ResNet50 as Keras names it: 16 bottlenecks in 4 stages, batch normalisation after every convolution. */
export function resNet50(): GraphView {
  const b = new GraphBuilder();
  const conv = (name: string, x: string): string => {
    const sum = b.add('BiasAdd', `resnet50/${name}_conv/BiasAdd`, [b.add('Conv2D', `resnet50/${name}_conv/Conv2D`, [x])]);
    return b.add('FusedBatchNormV3', `resnet50/${name}_bn/FusedBatchNormV3`, [sum]);
  };
  const relu = (name: string, x: string): string => b.add('Relu', `resnet50/${name}_relu/Relu`, [x]);
  let x = b.add('Pad', 'resnet50/conv1_pad/Pad', [b.add('Placeholder', 'image', [], 'input')]);
  x = b.add('Pad', 'resnet50/pool1_pad/Pad', [relu('conv1', conv('conv1', x))]);
  x = b.add('MaxPool', 'resnet50/pool1_pool/MaxPool', [x]);
  [3, 4, 6, 3].forEach((blocks, stage) => {
    for (let block = 1; block <= blocks; block++) {
      const name = `conv${stage + 2}_block${block}`;
      const shortcut = block === 1 ? conv(`${name}_0`, x) : x;
      const narrow = relu(`${name}_2`, conv(`${name}_2`, relu(`${name}_1`, conv(`${name}_1`, x))));
      x = relu(`${name}_out`, b.add('AddV2', `resnet50/${name}_add/add`, [shortcut, conv(`${name}_3`, narrow)]));
    }
  });
  const logits = dense(b, 'resnet50/predictions', b.add('Mean', 'resnet50/avg_pool/Mean', [x]));
  b.add('Identity', 'Identity', [b.add('Softmax', 'resnet50/predictions/Softmax', [logits])], 'output');
  return converted('resnet50.pb', b);
}

/** BERT-base has 12 layers; the attention mask feeds each of them. */
export function bert(layers = 12): GraphView {
  const b = new GraphBuilder();
  const [ids, types, maskInput] = ['input_ids', 'token_type_ids', 'attention_mask'].map((name) => b.add('Placeholder', name, [], 'input')) as [string, string, string];
  const mask = b.add('Mul', 'bert/mask/mul', [b.add('Sub', 'bert/mask/sub', [b.add('ExpandDims', 'bert/mask/ExpandDims', [maskInput])])]);
  const words = b.add('GatherV2', 'bert/embeddings/words', [ids]);
  const sum = b.add('AddV2', 'bert/embeddings/add', [words, b.add('GatherV2', 'bert/embeddings/types', [types])]);
  let x = layerNorm(b, 'bert/embeddings/LayerNorm', b.add('AddV2', 'bert/embeddings/add_1', [sum]));
  for (let layer = 0; layer < layers; layer++) x = bertLayer(b, `bert/encoder/layer_${layer}`, x, mask);
  const first = b.add('StridedSlice', 'bert/pooler/strided_slice', [x]);
  b.add('Identity', 'pooled', [b.add('Tanh', 'bert/pooler/Tanh', [dense(b, 'bert/pooler/dense', first)])], 'output');
  return converted('bert.pb', b);
}

function bertLayer(b: GraphBuilder, name: string, x: string, mask: string): string {
  const [query, key, value] = ['query', 'key', 'value'].map((part) => heads(b, `${name}/attention/${part}`, dense(b, `${name}/attention/${part}`, x))) as [string, string, string];
  const attended = attention(b, `${name}/attention`, [query, key, value], mask);
  const normed = layerNorm(b, `${name}/attention/LayerNorm`, b.add('AddV2', `${name}/attention/add`, [dense(b, `${name}/attention/output`, attended), x]));
  const hidden = gelu(b, `${name}/intermediate`, dense(b, `${name}/intermediate/dense`, normed));
  return layerNorm(b, `${name}/output/LayerNorm`, b.add('AddV2', `${name}/output/add`, [dense(b, `${name}/output/dense`, hidden), normed]));
}

function decoderBlock(b: GraphBuilder, name: string, x: string, { mask, cos, sin }: Shared): string {
  const normed = rmsNorm(b, `${name}/norm_1`, x);
  const [query, key, value] = ['query', 'key', 'value'].map((part) => heads(b, `${name}/attention/${part}`, dense(b, `${name}/attention/${part}`, normed))) as [string, string, string];
  const rotated = [query, key].map((part, k) => {
    const scope = `${name}/attention/rotary_${k}`;
    const turned = b.add('ConcatV2', `${scope}/concat`, [b.add('Neg', `${scope}/Neg`, [b.add('StridedSlice', `${scope}/half`, [part])]), part]);
    return b.add('AddV2', `${scope}/add`, [b.add('Mul', `${scope}/mul`, [part, cos]), b.add('Mul', `${scope}/mul_1`, [turned, sin])]);
  }) as [string, string];
  const attended = attention(b, `${name}/attention`, [...rotated, value], mask);
  const middle = b.add('AddV2', `${name}/residual_1`, [x, dense(b, `${name}/attention/output`, attended)]);
  const inner = rmsNorm(b, `${name}/norm_2`, middle);
  const gate = dense(b, `${name}/feed_forward/gate`, inner);
  const silu = b.add('Mul', `${name}/feed_forward/silu`, [gate, b.add('Sigmoid', `${name}/feed_forward/Sigmoid`, [gate])]);
  const hidden = b.add('Mul', `${name}/feed_forward/mul`, [silu, dense(b, `${name}/feed_forward/up`, inner)]);
  return b.add('AddV2', `${name}/residual_2`, [middle, dense(b, `${name}/feed_forward/down`, hidden)]);
}

const dense = (b: GraphBuilder, name: string, x: string): string => b.add('BiasAdd', `${name}/BiasAdd`, [b.add('MatMul', `${name}/MatMul`, [x])]);

const heads = (b: GraphBuilder, name: string, x: string): string => b.add('Transpose', `${name}/transpose`, [b.add('Reshape', `${name}/Reshape`, [x])]);

function attention(b: GraphBuilder, name: string, [query, key, value]: readonly [string, string, string], mask: string): string {
  const scores = b.add('Mul', `${name}/scale`, [b.add('BatchMatMulV2', `${name}/scores`, [query, key])]);
  const weights = b.add('Softmax', `${name}/Softmax`, [b.add('AddV2', `${name}/masked`, [scores, mask])]);
  return heads(b, `${name}/context`, b.add('BatchMatMulV2', `${name}/context`, [weights, value]));
}

function gelu(b: GraphBuilder, name: string, x: string): string {
  const erf = b.add('Erf', `${name}/Erf`, [b.add('RealDiv', `${name}/truediv`, [x])]);
  return b.add('Mul', `${name}/mul_1`, [b.add('Mul', `${name}/mul`, [x]), b.add('AddV2', `${name}/add`, [erf])]);
}

function layerNorm(b: GraphBuilder, name: string, x: string): string {
  const mean = b.add('Mean', `${name}/moments/mean`, [x]);
  const variance = b.add('Mean', `${name}/moments/variance`, [b.add('SquaredDifference', `${name}/moments/SquaredDifference`, [x, mean])]);
  const scale = b.add('Mul', `${name}/batchnorm/mul`, [b.add('Rsqrt', `${name}/batchnorm/Rsqrt`, [b.add('AddV2', `${name}/batchnorm/add`, [variance])])]);
  const shift = b.add('Sub', `${name}/batchnorm/sub`, [b.add('Mul', `${name}/batchnorm/mul_2`, [mean, scale])]);
  return b.add('AddV2', `${name}/batchnorm/add_1`, [b.add('Mul', `${name}/batchnorm/mul_1`, [x, scale]), shift]);
}

function rmsNorm(b: GraphBuilder, name: string, x: string): string {
  const scale = b.add('Rsqrt', `${name}/Rsqrt`, [b.add('AddV2', `${name}/add`, [b.add('Mean', `${name}/Mean`, [b.add('Square', `${name}/Square`, [x])])])]);
  return b.add('Mul', `${name}/mul_1`, [b.add('Mul', `${name}/mul`, [x, scale])]);
}

/** The opened model and its three phases: INT8 for what multiplies matrices, BF16 around it, FP32 where sums are long. */
function converted(name: string, { nodes, edges }: GraphBuilder): GraphView {
  const graph = { nodes, edges };
  const precision = ({ op, kind }: DisplayNode): Precision => (kind !== 'op' ? 'other' : MULTIPLIES.has(op) ? 'int8' : SENSITIVE.has(op) ? 'fp32' : 'bf16');
  const opened = snapshot(graph, undefined, ({ kind }) => (kind === 'op' ? 'fp32' : 'other'));
  const quantized = snapshot(graph, 'quantize', (node) => (precision(node) === 'bf16' ? 'fp32' : precision(node)), opened);
  const bf16 = snapshot(graph, 'bf16', precision, quantized);
  const optimized = snapshot(graph, 'optimize', (node) => (node.op === 'Rsqrt' ? 'bf16' : precision(node)), bf16);
  return { model: { name, format: 'TensorFlow GraphDef' }, nodes, edges, snapshots: [opened, quantized, bf16, optimized] };
}

const MULTIPLIES = new Set(['Conv2D', 'MatMul', 'BiasAdd']);
const SENSITIVE = new Set(['Mean', 'SquaredDifference', 'Square', 'Rsqrt', 'Softmax', 'Erf']);
