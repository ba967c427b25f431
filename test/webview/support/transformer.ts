import type { GraphView } from '../../../webview/protocol';
import { GraphBuilder, snapshot } from './graphBuilder';

/** An unrolled encoder of `blocks` blocks, 40 nodes each; one attention mask feeds every block. */
export function transformer(blocks: number): GraphView {
  const b = new GraphBuilder();
  const tokens = b.add('Placeholder', 'tokens', [], 'input');
  const mask = b.add('Mul', 'mask/mul', [b.add('Sub', 'mask/sub', [b.add('Placeholder', 'mask_input', [], 'input')])]);
  let x = b.add('GatherV2', 'embedding/gather', [tokens]);
  for (let block = 0; block < blocks; block++) x = encoderBlock(b, `encoder/layer_${block}`, x, mask);
  b.add('Identity', 'output', [b.add('Softmax', 'head/softmax', [b.add('MatMul', 'head/matmul', [x])])], 'output');
  const { nodes, edges } = b;
  const opened = snapshot({ nodes, edges }, undefined, ({ kind }) => (kind === 'op' ? 'fp32' : 'other'));
  const int8 = snapshot({ nodes, edges }, 'quantize', ({ op }) => (op === 'MatMul' ? 'int8' : 'fp32'), opened);
  return { model: { name: 'encoder.pb', format: 'TensorFlow GraphDef' }, nodes, edges, snapshots: [opened, int8] };
}

function layerNorm(b: GraphBuilder, name: string, x: string): string {
  const mean = b.add('Mean', `${name}/mean`, [x]);
  const centred = b.add('Sub', `${name}/sub`, [x, mean]);
  const variance = b.add('Mean', `${name}/variance`, [b.add('Square', `${name}/square`, [centred])]);
  const scale = b.add('Rsqrt', `${name}/rsqrt`, [b.add('AddV2', `${name}/add`, [variance])]);
  return b.add('AddV2', `${name}/add_1`, [b.add('Mul', `${name}/mul_1`, [b.add('Mul', `${name}/mul`, [centred, scale])])]);
}

function projection(b: GraphBuilder, name: string, x: string): string {
  const product = b.add('MatMul', `${name}/MatMul`, [x, b.add('Identity', `${name}/kernel/Read`)]);
  return b.add('BiasAdd', `${name}/BiasAdd`, [product]);
}

function encoderBlock(b: GraphBuilder, name: string, x: string, mask: string): string {
  const normed = layerNorm(b, `${name}/norm_1`, x);
  const [query, key, value] = ['query', 'key', 'value'].map((part) => {
    const projected = projection(b, `${name}/attention/${part}`, normed);
    return b.add('Transpose', `${name}/attention/${part}/transpose`, [projected]);
  }) as [string, string, string];
  const scores = b.add('AddV2', `${name}/attention/masked`, [b.add('BatchMatMulV2', `${name}/attention/scores`, [query, key]), mask]);
  const context = b.add('BatchMatMulV2', `${name}/attention/context`, [b.add('Softmax', `${name}/attention/softmax`, [scores]), value]);
  const attended = b.add('AddV2', `${name}/residual_1`, [x, projection(b, `${name}/attention/output`, context)]);
  const hidden = b.add('Relu', `${name}/feed_forward/relu`, [projection(b, `${name}/feed_forward/in`, layerNorm(b, `${name}/norm_2`, attended))]);
  return b.add('AddV2', `${name}/residual_2`, [attended, projection(b, `${name}/feed_forward/out`, hidden)]);
}
