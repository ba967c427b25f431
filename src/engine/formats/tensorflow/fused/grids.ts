import type { ActivationGrid } from '../../../quantization';
import type { Node, NodeTable, ValueRef } from '../../../graph/graph';
import type { Tensor } from '../../../graph/tensor';
import { constantBehind } from '../constants';
import { decodeTensor } from '../tensor';

/** A quint8 value and what its numbers stand for. */
export interface QuantizedSource {
  readonly value: ValueRef;
  readonly grid: ActivationGrid;
}

/** Constant weights in INT8: the number q of channel c stands for q·scales[c]; there is one scale per channel, or one for all. */
export interface WeightSource {
  readonly constant: Node;
  readonly values: Int8Array;
  readonly shape: readonly number[];
  readonly scales: Float64Array;
}

/** What a Dequantize reads, where that is a quint8 value on a constant grid over the full range. */
export function quantizedSource(value: ValueRef, nodes: NodeTable): QuantizedSource | undefined {
  const node = nodes.get(value.node);
  if (node === undefined || !isFullRange(node, 'Dequantize', 'quint8')) return undefined;
  const grid = gridOf(node, nodes);
  return grid === undefined ? undefined : { value: node.inputs[0]!, grid };
}

/** The grid of a QuantizeV2 to quint8 over the full range. */
export function quantizeGrid(node: Node, nodes: NodeTable): ActivationGrid | undefined {
  return isFullRange(node, 'QuantizeV2', 'quint8') ? gridOf(node, nodes) : undefined;
}

/** The weights behind a Dequantize of a qint8 constant over the full range. */
export function weightSource(value: ValueRef, nodes: NodeTable): WeightSource | undefined {
  const node = nodes.get(value.node);
  if (node === undefined || !isFullRange(node, 'Dequantize', 'qint8')) return undefined;
  const [stored, max] = [constantBehind(nodes, node.inputs[0]!), floats(node.inputs[2]!, nodes)];
  if (stored === undefined || max === undefined) return undefined;
  const { data, shape } = decodeTensor(stored.attributes.get('value'), stored.name);
  return { constant: stored, values: data as Int8Array, shape, scales: Float64Array.from(max, (end) => end / 127) };
}

/** Values of a constant FP32 operand. */
export function constantFloats(value: ValueRef, nodes: NodeTable): Tensor | undefined {
  const constant = constantBehind(nodes, value);
  const tensor = constant?.attributes.get('value');
  return tensor?.kind === 'tensor' && tensor.dtype === 'float32' ? decodeTensor(tensor, constant!.name) : undefined;
}

/** Grids are the same when all the kernel sees of them is. */
export function isSameGrid(a: ActivationGrid, b: ActivationGrid): boolean {
  return a.zeroPoint === b.zeroPoint && Math.fround(a.scale) === Math.fround(b.scale);
}

/** The ends of the range of MIN_COMBINED stand for the numbers 0 and 255. */
function gridOf(node: Node, nodes: NodeTable): ActivationGrid | undefined {
  const [min, max] = [floats(node.inputs[1]!, nodes), floats(node.inputs[2]!, nodes)];
  if (min?.length !== 1 || max?.length !== 1 || !(max[0]! > min[0]!)) return undefined;
  const scale = (max[0]! - min[0]!) / 255;
  const zeroPoint = Math.round(-min[0]! / scale);
  // The kernels know no other zero than that of a whole number.
  return Math.abs(zeroPoint + min[0]! / scale) < 1e-3 ? { scale, zeroPoint } : undefined;
}

function isFullRange(node: Node, op: string, storage: 'quint8' | 'qint8'): boolean {
  const [stored, mode, narrow] = ['T', 'mode', 'narrow_range'].map((name) => node.attributes.get(name));
  const isCombined = mode === undefined || (mode.kind === 'string' && new TextDecoder().decode(mode.value) === 'MIN_COMBINED');
  return node.op === op && stored?.kind === 'type' && stored.value === storage && isCombined && !(narrow?.kind === 'bool' && narrow.value);
}

function floats(value: ValueRef, nodes: NodeTable): Float32Array | undefined {
  return constantFloats(value, nodes)?.data as Float32Array | undefined;
}
