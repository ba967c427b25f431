import type { FusedForm } from '../../../fusedForm';
import type { Attribute } from '../../../graph/attribute';
import type { Node } from '../../../graph/graph';
import { textOf } from '../attributes';
import { constantShape } from '../constants';
import { firstOutput, ints, makeNode, string, strings, type } from '../makeNode';
import { excess, shift } from './bias';
import { addedBias, addsActivation, clippingObjection, readEpilogue } from './epilogue';
import { quantizedSource, quantizeGrid, weightSource } from './grids';
import { KernelInputs } from './kernelInputs';
import { padded, withOwnPadding } from './padding';

const ACTIVATIONS: ReadonlySet<string> = new Set(['Relu', 'Relu6']);
const KERNELS: Readonly<Record<string, string>> = { Conv2D: '_FusedQuantizedConv2D', DepthwiseConv2dNative: '_FusedQuantizedDepthwiseConv2D' };
const KEPT_ATTRIBUTES: readonly string[] = ['strides', 'dilations', 'padding', 'explicit_paddings'];

/**
 * Conv2D and DepthwiseConv2dNative with additions and Relu or Relu6 as one oneDNN kernel, which gives quint8
 * (mkl_conv_ops.cc). It knows no zero points, so they go into its bias. Clipping to the range of the result is all that
 * Relu and Relu6 do there.
 */
export const convolutionForm: Pick<FusedForm, 'objection' | 'absorbs' | 'absorbsTogether' | 'fuse'> = {
  objection(op, graph) {
    if (textOf(op, 'data_format', 'NHWC') !== 'NHWC') return 'TensorFlow has INT8 convolutions only for channels in the last axis (NHWC).';
    return constantShape(graph.nodes, op.inputs[1]!)?.length === 4 ? undefined : 'Its weights have no four axes.';
  },

  absorbs(op, absorbed, next, input, graph) {
    if (ACTIVATIONS.has(absorbed.at(-1)?.op ?? '')) return undefined;
    if (ACTIVATIONS.has(next.op) || addedBias(next, input, graph.nodes, channelsOf(op, constantShape(graph.nodes, op.inputs[1]!)!)) !== undefined) return {};
    const canAdd = op.op === 'Conv2D' && !absorbed.some((node) => addsActivation(node, graph.nodes));
    return canAdd && addsActivation(next, graph.nodes) && next.inputs[0]!.node !== next.inputs[1]!.node ? { summand: 1 - input } : undefined;
  },

  absorbsTogether: () => undefined,

  fuse(asked) {
    const request = withOwnPadding(asked);
    const { op, absorbed, quantize, nodes, shape, uniqueName } = request;
    const [source, weight] = [quantizedSource(op.inputs[0]!, nodes), weightSource(op.inputs[1]!, nodes)];
    if (source === undefined || weight === undefined) return { reason: 'What it reads is not quantized as INT8 kernels need it.' };
    if (op.op === 'Conv2D' && shape?.[3] !== weight.shape[2]) return { reason: 'TensorFlow has no INT8 kernel for convolutions in groups, and it is not known that this one has a single group.' };
    const grid = quantize === undefined ? undefined : quantizeGrid(quantize, nodes);
    if (grid === undefined) return { reason: 'Its result has no range, and INT8 kernels give INT8 only.' };
    const channels = channelsOf(op, weight.shape);
    const { bias, summand: added, activation } = readEpilogue(op, absorbed, nodes, channels);
    const summand = added === undefined ? undefined : quantizedSource(added, nodes);
    if (added !== undefined && summand === undefined) return { reason: 'What is added to its result is not quantized.' };
    const clipping = clippingObjection(activation, grid);
    if (clipping !== undefined) return { reason: clipping };
    const data = padded(request, source, weight.shape);
    if (data === undefined) return { reason: 'Its padding depends on sizes that are not known before the model runs, and INT8 kernels pad with the number 0 only.' };

    const offset = shift(grid) - (summand === undefined ? 0 : shift(summand.grid));
    const tooMuch = excess(weight, source.grid, op.op === 'Conv2D' ? [3] : [2, 3]);
    const inputs = new KernelInputs(op, uniqueName);
    inputs.add(data.value, 'quint8');
    inputs.add(firstOutput(weight.constant), 'qint8');
    inputs.addConstant('fused_bias', Float32Array.from(tooMuch, (value, channel) => (bias?.[channel] ?? 0) - value + offset));
    if (summand !== undefined) inputs.add(summand.value, 'quint8');
    inputs.addRange('input', source.grid);
    inputs.addWeightRange(perOutput(weight.scales, channels));
    if (summand !== undefined) inputs.addRange('summand', summand.grid);
    inputs.addRange('result', grid);
    const fused = makeNode(op.name, KERNELS[op.op]!, inputs.values, {
      ...inputs.typesWith('quint8'),
      Tinput: type('quint8'), Tfilter: type('qint8'), Tsummand: type('quint8'), out_type: type('quint8'),
      fused_ops: strings(['BiasAdd', ...(summand === undefined ? [] : ['Sum', 'Relu']), 'Requantize']),
      data_format: string('NHWC'),
      ...keptAttributes(op, data.nodes.length > 0),
    });
    return { nodes: [...data.nodes, ...inputs.nodes, { ...fused, id: op.id, device: op.device }], givesInt8: true };
  },
};

function keptAttributes({ attributes }: Node, isPadded: boolean): Record<string, Attribute> {
  const kept = KEPT_ATTRIBUTES.flatMap((name) => (attributes.has(name) ? [[name, attributes.get(name)!] as const] : []));
  return { ...Object.fromEntries(kept), ...(isPadded ? { padding: string('VALID'), explicit_paddings: ints([]) } : {}) };
}

/** One scale per output channel, also where several of those belong to one input channel; or the single one. */
function perOutput(scales: Float64Array, channels: number): Float64Array {
  const perScale = channels / scales.length;
  return scales.length === 1 ? scales : Float64Array.from({ length: channels }, (_, channel) => scales[Math.floor(channel / perScale)]!);
}

/** Output channels of a filter [height, width, in, out], or [height, width, in, multiplier]. */
function channelsOf(op: Node, filter: readonly number[]): number {
  return op.op === 'Conv2D' ? filter[3]! : filter[2]! * filter[3]!;
}
