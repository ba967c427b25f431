import type { Fusion } from '../../../fusedForm';
import type { DataType } from '../../../graph/dataType';
import type { Node, NodeTable } from '../../../graph/graph';
import { textOf } from '../attributes';
import { kernelFor, withTypes } from '../kernels';
import { makeNode, type } from '../makeNode';
import { typeAttribute } from '../signature';
import { isSameGrid, quantizedSource, quantizeGrid } from './grids';

/** Why an op that hands INT8 on has no kernel that does so. */
const OBJECTIONS: Readonly<Record<string, string>> = {
  AvgPool: 'TensorFlow rounds averages of INT8 down where oneDNN is off.',
  MaxPoolV2: 'TensorFlow has no INT8 kernel of MaxPoolV2.',
  Relu: 'TensorFlow has no INT8 kernel of Relu by itself.',
  Relu6: 'TensorFlow has no INT8 kernel of Relu6 by itself.',
};

/** The op on the quint8 values behind its Dequantize: QuantizedMaxPool, or the same op on another type where it only moves values. */
export function keepInt8(node: Node, quantize: Node, nodes: NodeTable): Fusion {
  const objection = OBJECTIONS[node.op];
  if (objection !== undefined) return { reason: objection };
  const grids = [quantizeGrid(quantize, nodes), ...node.inputs.flatMap((value) => quantizedSource(value, nodes)?.grid ?? [])];
  if (grids.length === 1 || !grids.every((grid) => grid !== undefined && isSameGrid(grid, grids[0]!))) return { reason: 'What it reads and what it gives have different ranges.' };
  if (node.op === 'MaxPool') return maxPool(node, nodes);
  const types = new Map<string, DataType>([['T', 'quint8']]);
  const kernel = kernelFor(node, types);
  if (!kernel.ok) return kernel;
  return { nodes: [withTypes({ ...node, inputs: node.inputs.map((value) => quantizedSource(value, nodes)?.value ?? value) }, types)], givesInt8: true };
}

/** QuantizedMaxPool takes the ends of the range along, and gives them unchanged (quantized_pooling_ops.cc). */
function maxPool(node: Node, nodes: NodeTable): Fusion {
  const dequantize = nodes.get(node.inputs[0]!.node)!;
  const isPlain = textOf(node, 'data_format', 'NHWC') === 'NHWC' && textOf(node, 'padding', 'VALID') !== 'EXPLICIT' && typeAttribute(node, 'T') === 'float32';
  if (!isPlain) return { reason: 'TensorFlow has INT8 pooling only for channels in the last axis (NHWC), and without padding by given amounts.' };
  const [ksize, strides, padding] = ['ksize', 'strides', 'padding'].map((name) => node.attributes.get(name)!);
  const kept = makeNode(node.name, 'QuantizedMaxPool', dequantize.inputs, { T: type('quint8'), ksize: ksize!, strides: strides!, padding: padding! });
  return { nodes: [{ ...kept, id: node.id, device: node.device }], givesInt8: true };
}
