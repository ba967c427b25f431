import { signatureOf } from '../signature';
import { axisOf, merge, product, sum, unknownSizes } from './dimensions';
import { forEach, type Integers, type Operation, scalar, type ShapeRule, type ShapeRules, unchanged } from './operation';

/** SetOutputShapeForReshape (array_ops.cc): the one size left out is what remains. */
const reshape: ShapeRule = (operation) => {
  const target = operation.shapeFrom(1);
  const input = operation.shape(0);
  if (target === undefined || input === undefined || target.filter((size) => size < 0).length !== 1) return [target];
  const [count, known] = [product(input), product(target.filter((size) => size >= 0))];
  return [count >= 0 && known > 0 && count % known === 0 ? target.map((size) => (size < 0 ? count / known : size)) : target];
};

const expandDims: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const axis = operation.integer(1);
  if (shape === undefined) return [];
  const position = axisOf(axis, shape.length + 1);
  if (axis === undefined) return [unknownSizes(shape.length + 1)];
  return [position === undefined ? undefined : shape.toSpliced(position, 0, 1)];
};

/** Without axes, every axis of size 1 vanishes; the rank is known only if every size is. */
const squeeze: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  if (shape === undefined) return [];
  const axes = [...operation.ints('squeeze_dims'), ...operation.ints('axis')];
  if (axes.length === 0) return [shape.includes(-1) ? undefined : shape.filter((size) => size !== 1)];
  const dropped = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  return [shape.filter((_, axis) => !dropped.has(axis))];
};

/** TransposeShapeFn; the conjugate one alike. */
const transpose: ShapeRule = (operation) => {
  const [shape, order] = [operation.shape(0), operation.integers(1)];
  const rank = shape?.length ?? operation.shape(1)?.[0] ?? -1;
  if (rank < 0 || rank > 254) return [];
  return [Array.from({ length: rank }, (_, axis) => shape?.[order?.[axis] ?? -1] ?? -1)];
};

const pack: ShapeRule = (operation) => {
  const shapes = operation.shapes();
  const element = shapes.reduce(merge, undefined);
  const axis = element === undefined ? undefined : axisOf(operation.int('axis', 0), element.length + 1);
  return [axis === undefined ? undefined : element!.toSpliced(axis, 0, shapes.length)];
};

const unpack: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const axis = shape === undefined ? undefined : axisOf(operation.int('axis', 0), shape.length);
  if (axis === undefined) return [];
  const element = shape!.toSpliced(axis, 1);
  return Array.from({ length: operation.count('num') }, () => element);
};

const vectorOfRank = (rank: number | undefined): readonly number[] => [rank ?? -1];

const tile: ShapeRule = (operation) => {
  const times = operation.shapeFrom(1);
  const shape = operation.shape(0) ?? (times === undefined ? undefined : unknownSizes(times.length));
  return [shape?.map((size, axis) => product([size, times?.[axis] ?? -1]))];
};

/** PadShapeFn: paddings [rank, 2]. */
const pad: ShapeRule = (operation) => {
  const paddings = operation.integers(1);
  const rank = operation.shape(0)?.length ?? operation.shape(1)?.[0] ?? -1;
  if (rank < 0 || rank > 254) return [];
  return [operation.ranked(0, rank).map((size, axis) => sum([size, paddings?.[2 * axis] ?? -1, paddings?.[2 * axis + 1] ?? -1]))];
};

/** Space moves to the batch, or back (SpaceToBatchShapeHelper, BatchToSpaceShapeHelper). */
function batchAndSpace(back: boolean, blocks: (operation: Operation) => Integers | undefined, paddings: number): ShapeRule {
  return (operation) => {
    const [shape, block, edges] = [operation.shape(0), blocks(operation), operation.integers(paddings)];
    if (shape === undefined) return [];
    if (block === undefined || block.some((size) => size === undefined)) return [unknownSizes(shape.length)];
    const count = product(block.map((size) => size!));
    const batch = shape[0]! < 0 ? -1 : back ? shape[0]! / count : shape[0]! * count;
    const sizes = shape.slice(1).map((size, axis) => {
      if (axis >= block.length) return size;
      const [before, after] = [edges?.[2 * axis], edges?.[2 * axis + 1]];
      if (size < 0 || before === undefined || after === undefined) return -1;
      return back ? size * block[axis]! - before - after : (size + before + after) / block[axis]!;
    });
    return [[batch, ...sizes].map((size) => (Number.isInteger(size) && size >= 0 ? size : -1))];
  };
}

const blockShape = (operation: Operation): Integers | undefined => operation.integers(1);
const squareBlock = (operation: Operation): Integers => new Array<number>(2).fill(operation.int('block_size', 1));

/** SpaceToDepth, DepthToSpace. */
function depthAndSpace(back: boolean): ShapeRule {
  return (operation) => {
    if (operation.string('data_format', '') === 'NCHW_VECT_C') return [];
    const block = operation.int('block_size', 1);
    const channel = operation.string('data_format', 'NHWC').startsWith('NC') ? 1 : 3;
    const scale = (size: number, by: number): number => (size < 0 ? -1 : Math.floor(size * by));
    return [operation.ranked(0, 4).map((size, axis) => {
      if (axis === 0) return size;
      if (axis === channel) return scale(size, back ? 1 / block ** 2 : block ** 2);
      return scale(size, back ? block : 1 / block);
    })];
  };
}

/** BroadcastArgs: as many elements as the higher rank of two shapes. */
const broadcastArgs: ShapeRule = (operation) => {
  const [a, b] = [operation.shape(0)?.[0] ?? -1, operation.shape(1)?.[0] ?? -1];
  return [[a < 0 || b < 0 ? -1 : Math.max(a, b)]];
};

/** Bitcast to a type of another size adds or drops an axis; that to one of the same size does not. */
const bitcast: ShapeRule = (operation) => {
  const { inputs, outputs } = signatureOf(operation.node);
  return [inputs[0] !== undefined && inputs[0] === outputs[0] ? operation.shape(0) : undefined];
};

/** Ops that give the same elements another shape, or more of them (array_ops.cc). */
export const shaping: ShapeRules = {
  Reshape: reshape,
  ExpandDims: expandDims,
  Squeeze: squeeze,
  ...forEach(['Transpose', 'ConjugateTranspose'], transpose),
  Pack: pack,
  Unpack: unpack,
  Shape: (operation) => [vectorOfRank(operation.shape(0)?.length)],
  ShapeN: (operation) => operation.shapes().map((shape) => vectorOfRank(shape?.length)),
  ...forEach(['Rank', 'Size'], scalar),
  BroadcastTo: (operation) => [operation.shapeFrom(1)],
  BroadcastArgs: broadcastArgs,
  BroadcastGradientArgs: () => [[-1], [-1]],
  EnsureShape: (operation) => [merge(operation.shape(0), operation.shapeAttribute('shape'))],
  Tile: tile,
  ...forEach(['Pad', 'PadV2', 'MirrorPad'], pad),
  SpaceToBatchND: batchAndSpace(false, blockShape, 2),
  SpaceToBatch: batchAndSpace(false, squareBlock, 1),
  BatchToSpaceND: batchAndSpace(true, blockShape, 2),
  BatchToSpace: batchAndSpace(true, squareBlock, 1),
  SpaceToDepth: depthAndSpace(false),
  DepthToSpace: depthAndSpace(true),
  Bitcast: bitcast,
  ...forEach(['Reverse', 'ReverseV2', 'ReverseSequence', 'Roll', 'RandomShuffle'], unchanged),
};
