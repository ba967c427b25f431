import { axisOf, broadcast, either, merge, unknownSizes } from './dimensions';
import { forEach, type Operation, scalar, type ShapeRule, type ShapeRules } from './operation';

/** ReductionShape (common_shape_fns.cc): the axes of operand 1 vanish, or become 1. */
const reduction: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const keep = operation.isSet('keep_dims');
  if (shape === undefined) return [];
  const axes = operation.allIntegers(1)?.map((axis) => axisOf(axis, shape.length));
  if (axes === undefined) return [keep ? unknownSizes(shape.length) : undefined];
  const reduced = new Set(axes);
  return [keep ? shape.map((size, axis) => (reduced.has(axis) ? 1 : size)) : shape.filter((_, axis) => !reduced.has(axis))];
};

/** ArgOpShape (math_ops.cc). */
const argument: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  if (shape === undefined) return [];
  if (operation.integer(1) === undefined) return [unknownSizes(Math.max(0, shape.length - 1))];
  const axis = axisOf(operation.integer(1), shape.length);
  return [shape.filter((_, index) => index !== axis)];
};

/** TopKShapeFn (nn_ops.cc): values and indices of the largest `k` along the last axis. */
function topK(k: (operation: Operation) => number): ShapeRule {
  return (operation) => {
    const shape = operation.shape(0);
    if (shape === undefined || shape.length < 1) return [];
    const result = shape.with(-1, k(operation));
    return [result, result];
  };
}

/** SegmentReductionShapeFn (math_ops.cc): as many rows as segments. */
const segment: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  return [shape === undefined || shape.length < 1 ? undefined : [-1, ...shape.slice(1)]];
};

/** UnsortedSegmentReductionShapeFn: the leading axes that the segment ids have become one. */
const unsortedSegment: ShapeRule = (operation) => {
  const [shape, ids] = [operation.shape(0), operation.shape(1)];
  return [shape === undefined || ids === undefined ? undefined : [operation.size(2), ...shape.slice(ids.length)]];
};

/** SoftmaxCrossEntropyWithLogits: a loss per row, and the gradient. */
const crossEntropy: ShapeRule = (operation) => {
  const both = broadcast(operation.shape(0), operation.shape(1));
  const shape = both?.length === 2 ? both : unknownSizes(2);
  return [[shape[0]!], shape];
};

const sparseCrossEntropy: ShapeRule = (operation) => {
  const logits = operation.shape(0);
  const labels = merge(operation.shape(1), logits?.slice(0, -1));
  return [labels, logits === undefined ? undefined : [...(labels ?? []), logits.at(-1)!]];
};

/** Ops that summarise axes (math_ops.cc, nn_ops.cc). */
export const reductions: ShapeRules = {
  ...forEach(['Sum', 'Mean', 'Prod', 'Max', 'Min', 'All', 'Any', 'EuclideanNorm'], reduction),
  ...forEach(['ArgMax', 'ArgMin'], argument),
  L2Loss: scalar,
  TopK: topK((operation) => operation.int('k', -1)),
  TopKV2: topK((operation) => operation.size(1)),
  NthElement: (operation) => [operation.shape(0)?.slice(0, -1)],
  ...forEach(['InTopK', 'InTopKV2'], (operation) => [[either(operation.shape(0)?.[0], operation.shape(1)?.[0])]]),
  ...forEach(['SegmentMax', 'SegmentMean', 'SegmentMin', 'SegmentProd', 'SegmentSum'], segment),
  ...forEach(['UnsortedSegmentMax', 'UnsortedSegmentMin', 'UnsortedSegmentProd', 'UnsortedSegmentSum'], unsortedSegment),
  Bincount: (operation) => [[operation.size(1)]],
  HistogramFixedWidth: (operation) => [[operation.size(2)]],
  SoftmaxCrossEntropyWithLogits: crossEntropy,
  SparseSoftmaxCrossEntropyWithLogits: sparseCrossEntropy,
};
