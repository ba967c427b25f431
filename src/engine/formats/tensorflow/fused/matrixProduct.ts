import type { FusedForm } from '../../../fusedForm';
import type { Node } from '../../../graph/graph';
import { isSet } from '../attributes';
import { constantShape } from '../constants';
import { bool, firstOutput, makeNode, string, strings, type } from '../makeNode';
import { excess, shift } from './bias';
import { addedBias, clippingObjection, readEpilogue } from './epilogue';
import { exactGelu } from './gelu';
import { quantizedSource, quantizeGrid, weightSource } from './grids';
import { KernelInputs } from './kernelInputs';

const ACTIVATIONS: ReadonlySet<string> = new Set(['Relu', 'Relu6', 'Elu', 'Tanh', 'Sigmoid']);

const hasActivation = (absorbed: readonly Node[]): boolean => absorbed.some(({ op }) => ACTIVATIONS.has(op) || op === 'Erf');

/**
 * MatMul with a bias and an activation function as one oneDNN kernel, which gives FP32, or quint8 where its result is INT8
 * anyway (mkl_matmul_op_fused.cc). It knows no zero points, so they go into its bias.
 */
export const matrixProductForm: Pick<FusedForm, 'objection' | 'absorbs' | 'absorbsTogether' | 'fuse'> = {
  objection(op, graph) {
    if (isSet(op, 'transpose_a')) return 'TensorFlow has no INT8 kernel for products of a transposed left factor.';
    return constantShape(graph.nodes, op.inputs[1]!)?.length === 2 ? undefined : 'Its weights are no matrix.';
  },

  absorbs(op, absorbed, next, input, graph) {
    if (hasActivation(absorbed)) return undefined;
    const channels = constantShape(graph.nodes, op.inputs[1]!)![isSet(op, 'transpose_b') ? 0 : 1]!;
    return ACTIVATIONS.has(next.op) || addedBias(next, input, graph.nodes, channels) !== undefined ? {} : undefined;
  },

  absorbsTogether: (_, absorbed, value, graph, reads) => (hasActivation(absorbed) ? undefined : exactGelu(value, graph, reads)),

  fuse({ op, absorbed, quantize, nodes, uniqueName }) {
    const [source, weight] = [quantizedSource(op.inputs[0]!, nodes), weightSource(op.inputs[1]!, nodes)];
    if (source === undefined || weight === undefined) return { reason: 'What it reads is not quantized as INT8 kernels need it.' };
    const axis = isSet(op, 'transpose_b') ? 0 : 1;
    const { bias, activation } = readEpilogue(op, absorbed, nodes, weight.shape[axis]!);
    const grid = quantize === undefined ? undefined : quantizeGrid(quantize, nodes);
    const isClipped = activation === 'Relu' || activation === 'Relu6';
    // The zero point is added before the activation function, so a function that does more than clip wants it to be zero.
    const givesInt8 = grid !== undefined && (isClipped ? clippingObjection(activation, grid) === undefined : activation === undefined || grid.zeroPoint === 0);
    const result = givesInt8 ? 'quint8' : 'float32';
    const offset = givesInt8 ? shift(grid) : 0;

    const inputs = new KernelInputs(op, uniqueName);
    inputs.add(source.value, 'quint8');
    inputs.add(firstOutput(weight.constant), 'qint8');
    inputs.addConstant('fused_bias', Float32Array.from(excess(weight, source.grid, [axis]), (value, channel) => (bias?.[channel] ?? 0) - value + offset));
    inputs.addRange('input', source.grid);
    inputs.addWeightRange(weight.scales);
    if (givesInt8) inputs.addRange('result', grid);
    const computed = activation === undefined || (givesInt8 && isClipped) ? [] : [activation];
    const fused = makeNode(op.name, '_QuantizedMatMul', inputs.values, {
      ...inputs.typesWith(result),
      T1: type('quint8'), T2: type('qint8'), U: type('float32'), Tout: type(result),
      fused_ops: strings(['BiasAdd', ...computed, givesInt8 ? 'Requantize' : 'Dequantize']),
      transpose_a: bool(false), transpose_b: bool(axis === 0),
      input_quant_mode: string('SCALED'), output_quant_mode: string('SCALED'),
    });
    return { nodes: [...inputs.nodes, { ...fused, id: op.id, device: op.device }], givesInt8 };
  },
};
