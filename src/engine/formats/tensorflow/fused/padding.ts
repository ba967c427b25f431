import type { FusionRequest } from '../../../dialect';
import type { PartialShape } from '../../../graph/attribute';
import type { Node, ValueRef } from '../../../graph/graph';
import { integersOf, textOf } from '../attributes';
import { makeConstant } from '../boundaryNodes';
import { firstOutput, makeNode, type } from '../makeNode';
import type { QuantizedSource } from './grids';

export interface Padded {
  readonly value: ValueRef;
  /** That pad it, in order; none where the kernel itself pads right. */
  readonly nodes: readonly Node[];
}

/**
 * Where INT8 kernels pad, they pad with the number 0; a value with another zero is padded with its zero point before.
 * `filter` is [height, width, in, out]. Undefined where the amount is not known before the model runs.
 */
export function padded({ op, shape, uniqueName }: FusionRequest, { value, grid }: QuantizedSource, filter: readonly number[]): Padded | undefined {
  const amounts = grid.zeroPoint === 0 ? [] : paddingsOf(op, shape, filter);
  if (amounts === undefined) return undefined;
  if (amounts.every((size) => size === 0)) return { value, nodes: [] };
  const paddings = makeConstant(uniqueName(`${op.name}/fused_paddings`), { dtype: 'int32', shape: [4, 2], data: Int32Array.from(amounts) }, []);
  const zero = makeConstant(uniqueName(`${op.name}/fused_zero_point`), { dtype: 'quint8', shape: [], data: Uint8Array.of(grid.zeroPoint) }, []);
  const inputs = [value, firstOutput(paddings), firstOutput(zero)];
  const pad = makeNode(uniqueName(`${op.name}/fused_pad`), 'PadV2', inputs, { T: type('quint8'), Tpaddings: type('int32') });
  return { value: firstOutput(pad), nodes: [paddings, zero, { ...pad, device: op.device }] };
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
