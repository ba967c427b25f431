import type { FusionRequest } from '../../../fusedForm';
import type { PartialShape } from '../../../graph/attribute';
import type { Node, ValueRef } from '../../../graph/graph';
import { integersOf, textOf } from '../attributes';
import { makeConstant } from '../boundaryNodes';
import { firstOutput, makeNode, type } from '../makeNode';
import { withExplicitPadding } from '../preparation';
import { isSameGrid, quantizedSource, type QuantizedSource } from './grids';

export interface Padded {
  readonly value: ValueRef;
  /** That pad it, in order; none where the kernel itself pads right. */
  readonly nodes: readonly Node[];
}

/** Numbers moved at once. */
const PACKED = 4;

/**
 * Where INT8 kernels pad, they pad with the number 0; a value with another zero is padded before: with 0 before it is
 * quantized, else with its zero point. `filter` is [height, width, in, out]. Undefined where the amount is not known before
 * the model runs.
 */
export function padded(request: FusionRequest, { value, grid: { zeroPoint } }: QuantizedSource, filter: readonly number[]): Padded | undefined {
  const { op, shape, nodes } = request;
  const amounts = zeroPoint === 0 ? [] : paddingsOf(op, shape, filter);
  if (amounts === undefined) return undefined;
  if (amounts.every((size) => size === 0)) return { value, nodes: [] };
  const quantize = nodes.get(value.node)!;
  if (quantize.op === 'QuantizeV2') return padBeforeQuantize(request, quantize, amounts);
  const [, height, width, channels] = shape ?? [];
  const isKnown = [height, width, channels].every((size) => size !== undefined && size >= 0);
  return isKnown && channels! % PACKED === 0
    ? padPacked(request, value, zeroPoint, amounts, [height!, width!, channels!])
    : padNumbers(request, value, 'quint8', Uint8Array.of(zeroPoint), amounts);
}

/** The request for a convolution that pads by itself, in place of a Pad between two Quantize of one grid: INT8 then goes in as it is. */
export function withOwnPadding(request: FusionRequest): FusionRequest {
  const { op, nodes, shape } = request;
  const source = quantizedSource(op.inputs[0]!, nodes);
  const quantize = source && nodes.get(source.value.node);
  const pad = quantize?.op === 'QuantizeV2' ? nodes.get(quantize.inputs[0]!.node) : undefined;
  const padding = pad && withExplicitPadding(op, pad, nodes);
  const before = padding && quantizedSource(padding.inputs[0]!, nodes);
  if (padding === undefined || before === undefined || !isSameGrid(before.grid, source!.grid)) return request;
  const added = integersOf(padding, 'explicit_paddings');
  return { ...request, op: padding, shape: shape?.map((size, axis) => (size < 0 ? size : size - added[2 * axis]! - added[2 * axis + 1]!)) };
}

function padBeforeQuantize(request: FusionRequest, quantize: Node, amounts: readonly number[]): Padded {
  const { op, uniqueName } = request;
  const paddings = paddingsConstant(request, amounts);
  const pad = { ...makeNode(uniqueName(`${op.name}/fused_pad`), 'Pad', [quantize.inputs[0]!, firstOutput(paddings)], { T: type('float32'), Tpaddings: type('int32') }), device: op.device };
  const name = uniqueName(`${op.name}/fused_quantize`);
  const again = { ...quantize, id: name, name, inputs: [firstOutput(pad), ...quantize.inputs.slice(1)] };
  return { value: firstOutput(again), nodes: [paddings, pad, again] };
}

/** TensorFlow pads single bytes some twenty times slower than whole words, so four channels are taken for one int32. */
function padPacked(request: FusionRequest, value: ValueRef, zeroPoint: number, amounts: readonly number[], [height, width, channels]: readonly [number, number, number]): Padded {
  const { op, uniqueName } = request;
  const word = new Int32Array(Uint8Array.of(zeroPoint, zeroPoint, zeroPoint, zeroPoint).buffer);
  const reshape = (suffix: string, input: ValueRef, sizes: readonly number[]): readonly [Node, Node] => {
    const to = makeConstant(uniqueName(`${op.name}/fused_${suffix}_shape`), { dtype: 'int32', shape: [sizes.length], data: Int32Array.from(sizes) }, []);
    return [to, makeNode(uniqueName(`${op.name}/fused_${suffix}`), 'Reshape', [input, firstOutput(to)], { T: type('quint8'), Tshape: type('int32') })];
  };
  const [grouped, group] = reshape('group', value, [-1, height, width, channels / PACKED, PACKED]);
  const pack = makeNode(uniqueName(`${op.name}/fused_pack`), 'Bitcast', [firstOutput(group)], { T: type('quint8'), type: type('int32') });
  const pad = padNumbers(request, firstOutput(pack), 'int32', word, amounts);
  const unpack = makeNode(uniqueName(`${op.name}/fused_unpack`), 'Bitcast', [pad.value], { T: type('int32'), type: type('quint8') });
  const [high, wide] = [height + amounts[2]! + amounts[3]!, width + amounts[4]! + amounts[5]!];
  const [flat, flatten] = reshape('ungroup', firstOutput(unpack), [-1, high, wide, channels]);
  return { value: firstOutput(flatten), nodes: [grouped, group, pack, ...pad.nodes, unpack, flat, flatten] };
}

function padNumbers(request: FusionRequest, value: ValueRef, dtype: 'quint8' | 'int32', fill: Uint8Array | Int32Array, amounts: readonly number[]): Padded {
  const { op, uniqueName } = request;
  const paddings = paddingsConstant(request, amounts);
  const filling = makeConstant(uniqueName(`${op.name}/fused_zero_point`), { dtype, shape: [], data: fill }, []);
  const inputs = [value, firstOutput(paddings), firstOutput(filling)];
  const pad = makeNode(uniqueName(`${op.name}/fused_pad`), 'PadV2', inputs, { T: type(dtype), Tpaddings: type('int32') });
  return { value: firstOutput(pad), nodes: [paddings, filling, { ...pad, device: op.device }] };
}

function paddingsConstant({ op, uniqueName }: FusionRequest, amounts: readonly number[]): Node {
  return makeConstant(uniqueName(`${op.name}/fused_paddings`), { dtype: 'int32', shape: [4, 2], data: Int32Array.from(amounts) }, []);
}

/** Rows before and after along each axis of an NHWC convolution (common_shape_fns.cc, GetWindowedOutputSize). */
function paddingsOf(op: Node, shape: PartialShape, filter: readonly number[]): readonly number[] | undefined {
  const padding = textOf(op, 'padding', 'VALID');
  if (padding === 'VALID') return [];
  if (padding === 'EXPLICIT') return integersOf(op, 'explicit_paddings');
  const [strides, dilations] = [integersOf(op, 'strides'), integersOf(op, 'dilations')];
  const totals = [1, 2].map((axis) => totalOf((filter[axis - 1]! - 1) * (dilations[axis] ?? 1) + 1, strides[axis] ?? 1, shape?.[axis] ?? -1));
  if (totals.includes(undefined)) return undefined;
  return [0, 0, ...totals.flatMap((total) => [total! >> 1, total! - (total! >> 1)]), 0, 0];
}

/** Rows that SAME adds to an axis of this size, -1 where it is not known. */
function totalOf(extent: number, stride: number, size: number): number | undefined {
  if (stride === 1) return extent - 1;
  if (extent === 1) return 0;
  return size < 0 ? undefined : Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size);
}
