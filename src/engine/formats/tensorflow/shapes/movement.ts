import type { PartialShape } from '../../../graph/attribute';
import { axisOf, merge, sum, unknownSizes } from './dimensions';
import { forEach, type Operation, type ShapeRule, type ShapeRules, unchanged } from './operation';
import { sliceShape, stridedSlice } from './stridedSlice';

/** ConcatShape, ConcatV2Shape: sizes of one axis add up, the others are one statement. */
function concat(axisInput: (count: number) => number): ShapeRule {
  return (operation) => {
    const index = axisInput(operation.operands.length);
    const shapes = operation.shapes().toSpliced(index, 1);
    const merged = shapes.reduce(merge, undefined);
    if (merged === undefined) return [];
    const axis = axisOf(operation.integer(index), merged.length);
    if (axis === undefined) return [unknownSizes(merged.length)];
    return [merged.with(axis, sum(shapes.map((shape) => shape?.[axis] ?? -1)))];
  };
}

/** Split and SplitV: the axis is an operand; `sizes` says how large each piece is. */
function split(axisInput: number, valueInput: number, sizes: (operation: Operation, whole: number) => readonly number[]): ShapeRule {
  return (operation) => {
    const shape = operation.shape(valueInput);
    if (shape === undefined) return [];
    const axis = axisOf(operation.integer(axisInput), shape.length);
    const piece = (size: number): PartialShape => (axis === undefined ? unknownSizes(shape.length) : shape.with(axis, size));
    return sizes(operation, axis === undefined ? -1 : shape[axis]!).map(piece);
  };
}

function evenPieces(operation: Operation, whole: number): readonly number[] {
  const count = operation.count('num_split');
  return new Array<number>(count).fill(whole < 0 ? -1 : Math.floor(whole / count));
}

/** One piece may have the size -1: what the others leave. */
function givenPieces(operation: Operation, whole: number): readonly number[] {
  const given = operation.integers(1) ?? new Array<undefined>(operation.count('num_split')).fill(undefined);
  const known = given.filter((size) => size !== undefined).filter((size) => size >= 0);
  return given.map((size) => {
    if (size !== undefined && size >= 0) return size;
    return whole >= 0 && known.length === given.length - 1 ? whole - sum(known) : -1;
  });
}

/** GatherV2: the axis is replaced by the axes of the indices; leading batch axes are shared. */
const gather: ShapeRule = (operation) => {
  const [params, indices] = [operation.shape(0), operation.shape(1)];
  if (params === undefined || indices === undefined) return [];
  const isV2 = operation.node.op === 'GatherV2';
  const axis = isV2 ? axisOf(operation.integer(2), params.length) : 0;
  const batch = axisOf(operation.int('batch_dims', 0), indices.length + 1) ?? 0;
  if (axis === undefined) return [unknownSizes(params.length - 1 + indices.length - batch)];
  return [[...params.slice(0, axis), ...indices.slice(batch), ...params.slice(axis + 1)]];
};

/** The last axis of the indices addresses the leading axes of the data. */
const gatherNd: ShapeRule = (operation) => {
  const [params, indices] = [operation.shape(0), operation.shape(1)];
  const depth = indices?.at(-1) ?? -1;
  return [params === undefined || indices === undefined || depth < 0 ? undefined : [...indices.slice(0, -1), ...params.slice(depth)]];
};

const oneHot: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  if (shape === undefined) return [];
  const axis = operation.int('axis', -1);
  return [shape.toSpliced(axis < 0 ? shape.length : axis, 0, operation.size(1))];
};

/** DynamicStitch: indices and data in pairs; data has more axes than its indices. */
const stitch: ShapeRule = (operation) => {
  const count = operation.operands.length / 2;
  const indices = Array.from({ length: count }, (_, i) => operation.allIntegers(i));
  const rests = indices.map((_, i) => {
    const [index, data] = [operation.shape(i), operation.shape(count + i)];
    return index === undefined || data === undefined ? undefined : data.slice(index.length);
  });
  const rest = rests.reduce(merge, undefined);
  if (rest === undefined) return [];
  const rows = indices.every((values) => values !== undefined) ? indices.flat().reduce((most, index) => Math.max(most, index + 1), 0) : -1;
  return [[rows, ...rest]];
};

/** DynamicPartition: rows of each part, the partitions' axes having become one. */
const partition: ShapeRule = (operation) => {
  const [data, partitions] = [operation.shape(0), operation.shape(1)];
  const part: PartialShape = data === undefined || partitions === undefined ? undefined : [-1, ...data.slice(partitions.length)];
  return Array.from({ length: operation.count('num_partitions') }, () => part);
};

/** Coordinates of the true elements. */
const where: ShapeRule = (operation) => [[-1, operation.shape(0)?.length ?? -1]];

/** Unique: the values, and the place of each element among them. */
const unique: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  return [[-1], shape?.length === 1 ? shape : [-1], [-1]];
};

const shapeGiven: ShapeRule = (operation) => [operation.shapeFrom(0)];

const range: ShapeRule = (operation) => {
  const [start, limit, delta] = [0, 1, 2].map((input) => operation.integer(input));
  if (start === undefined || limit === undefined || delta === undefined || delta === 0) return [[-1]];
  return [[Math.max(0, Math.ceil((limit - start) / delta))]];
};

/** Ops that choose, join, place or make elements (array_ops.cc, data_flow_ops.cc, math_ops.cc, random_ops.cc). */
export const movement: ShapeRules = {
  Concat: concat(() => 0),
  ConcatV2: concat((count) => count - 1),
  ConcatOffset: (operation) => operation.shapes().slice(1),
  ParallelConcat: (operation) => [operation.shapeAttribute('shape')],
  Split: split(0, 1, evenPieces),
  SplitV: split(2, 0, givenPieces),
  ...forEach(['Gather', 'GatherV2', 'ResourceGather'], gather),
  GatherNd: gatherNd,
  Slice: (operation) => [sliceShape(operation)],
  StridedSlice: (operation) => [stridedSlice(operation)?.shape],
  OneHot: oneHot,
  Where: where,
  ...forEach(['Unique', 'UniqueWithCounts'], unique),
  ...forEach(['DynamicStitch', 'ParallelDynamicStitch'], stitch),
  DynamicPartition: partition,
  ScatterNd: (operation) => [operation.shapeFrom(2)],
  ...forEach(['TensorScatterUpdate', 'TensorScatterAdd', 'TensorScatterSub', 'TensorScatterMax', 'TensorScatterMin'], unchanged),
  ...forEach(['Fill', 'Empty', 'RandomUniform', 'RandomUniformInt', 'RandomStandardNormal', 'TruncatedNormal'], shapeGiven),
  Range: range,
  LinSpace: (operation) => [[operation.size(2)]],
  ListDiff: () => [[-1], [-1]],
  Multinomial: (operation) => [[operation.ranked(0, 2)[0]!, operation.size(1)]],
  ...forEach(['NonMaxSuppression', 'NonMaxSuppressionV2', 'NonMaxSuppressionV3'], () => [[-1]]),
  NonMaxSuppressionV4: () => [[-1], []],
  NonMaxSuppressionV5: () => [[-1], [-1], []],
};
