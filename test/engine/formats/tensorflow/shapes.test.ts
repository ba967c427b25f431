import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inferShapes } from '../../../../src/engine/formats/tensorflow/shapes/inferShapes';
import { GraphDef } from '../../../../src/engine/formats/tensorflow/messages';
import { graphFromBytes } from '../../../../src/engine/formats/tensorflow/read';
import { signatureOf } from '../../../../src/engine/formats/tensorflow/signature';
import type { Graph } from '../../../../src/engine/graph/graph';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { buildGraph, buildMessage, constant, placeholder, shapeOf, tensor, type NodeSpec } from '../../../support/graphBuilder';

type Shape = readonly number[] | undefined;
/** A float input of that shape; a scalar integer constant; or an integer constant with a shape. */
type Operand = readonly number[] | number | { readonly ints: readonly number[]; readonly shape?: readonly number[] } | 'unknown';
type Row = readonly [op: string, operands: readonly Operand[], attrs: NodeSpec['attrs'], expected: readonly Shape[]];

const ints = (...values: number[]): Operand => ({ ints: values });
const pairs = (...values: number[]): Operand => ({ ints: values, shape: [values.length / 2, 2] });
const same = { padding: 'SAME', strides: [1, 2, 2, 1] };
const valid = { padding: 'VALID', strides: [1, 2, 2, 1] };
const slice = (masks: Record<string, number> = {}) => ({ begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 0, ...masks });

function operandNode(operand: Operand, name: string): NodeSpec {
  if (operand === 'unknown') return { name, op: 'Placeholder', attrs: { dtype: 'float32', shape: shapeOf(undefined) } };
  if (typeof operand === 'number') return constant(name, 'int32', [], [operand]);
  return 'ints' in operand ? constant(name, 'int32', operand.shape ?? [operand.ints.length], operand.ints) : placeholder(name, 'float32', operand);
}

function shapesOf(graph: Graph, node: string, count: number): Shape[] {
  const shapes = inferShapes(graph);
  return Array.from({ length: count }, (_, output) => shapes.get(`${node}:${output}`));
}

function check([op, operands, attrs, expected]: Row): void {
  const nodes = operands.map((operand, index) => operandNode(operand, `in${index}`));
  const graph = buildGraph([...nodes, { name: 'y', op, inputs: nodes.map(({ name }) => name), attrs }]);
  expect(shapesOf(graph, 'y', expected.length)).toEqual(expected);
}

const title = '%s of %j with %j';

describe('element by element', () => {
  it.each<Row>([
    ['Relu', [[-1, 8, 8, 16]], {}, [[-1, 8, 8, 16]]],
    ['Cast', [[2, 3]], { SrcT: 'float32', DstT: 'bfloat16' }, [[2, 3]]],
    ['Softmax', ['unknown'], {}, [undefined]],
    ['AddV2', [[-1, 8, 16], [16]], {}, [[-1, 8, 16]]],
    ['Mul', [[4, 1, 3], [5, 1]], {}, [[4, 5, 3]]],
    ['Mul', [[-1, 3], [7, 1]], {}, [[7, 3]]],
    ['Mul', [[-1], [-1]], {}, [[-1]]],
    ['Mul', [[-1], [0]], {}, [[-1]]],
    ['Sub', [[2], [3]], {}, [undefined]],
    ['Sub', ['unknown', []], {}, [undefined]],
    ['AddN', [[-1, 3], [2, -1]], { N: 2 }, [[2, 3]]],
    ['BiasAdd', [[-1, 4, 4, -1], [16]], {}, [[-1, 4, 4, 16]]],
    ['BiasAdd', [[-1, -1, 4, 4], [16]], { data_format: 'NCHW' }, [[-1, 16, 4, 4]]],
    ['FusedBatchNormV3', [[-1, 4, 4, 8], [8], [8], [8], [8]], {}, [[-1, 4, 4, 8], [8], [8], [8], [8]]],
    ['FusedBatchNormV3', [[-1, 8, 4, 4], [8], [8], [8], [8]], { data_format: 'NCHW' }, [[-1, 8, 4, 4], [8]]],
    ['Select', [[2], [2, 3], [-1, 3]], {}, [[2, 3]]],
    ['SelectV2', [[4, 1], [3], []], {}, [[4, 3]]],
    ['QuantizeV2', [[-1, 5], [], []], {}, [[-1, 5], [], []]],
    ['QuantizeV2', [[-1, 5], [5], [5]], { axis: 1 }, [[-1, 5], [5], [5]]],
    ['Dequantize', [[-1, 5], [], []], {}, [[-1, 5]]],
  ])(title, (...row) => check(row));
});

describe('convolution and pooling', () => {
  it.each<Row>([
    ['Conv2D', [[-1, 28, 28, 1], [3, 3, 1, 16]], same, [[-1, 14, 14, 16]]],
    // (28 - 3) / 2 rounded down, plus one.
    ['Conv2D', [[-1, 28, 28, 1], [3, 3, 1, 16]], valid, [[-1, 13, 13, 16]]],
    // A 3x3 filter with dilation 2 covers five elements.
    ['Conv2D', [[1, 9, 9, 4], [3, 3, 4, 8]], { padding: 'VALID', strides: [1, 1, 1, 1], dilations: [1, 2, 2, 1] }, [[1, 5, 5, 8]]],
    ['Conv2D', [[2, 3, 10, 12], [3, 3, 3, 8]], { padding: 'SAME', strides: [1, 1, 2, 3], data_format: 'NCHW' }, [[2, 8, 5, 4]]],
    // 224 + 3 + 3 padding, window 7, stride 2: (230 - 7) / 2 rounded down, plus one.
    ['Conv2D', [[-1, 224, 224, 3], [7, 7, 3, 64]], { padding: 'EXPLICIT', strides: [1, 2, 2, 1], explicit_paddings: [0, 0, 3, 3, 3, 3, 0, 0] }, [[-1, 112, 112, 64]]],
    ['Conv2D', ['unknown', [3, 3, 4, 8]], same, [[-1, -1, -1, 8]]],
    ['Conv2D', [[1, -1, 6, 4], 'unknown'], same, [[1, -1, 3, -1]]],
    ['DepthwiseConv2dNative', [[-1, 6, 6, 4], [3, 3, 4, 2]], { padding: 'SAME', strides: [1, 1, 1, 1] }, [[-1, 6, 6, 8]]],
    ['Conv3D', [[1, 8, 9, 10, 2], [2, 2, 2, 2, 5]], { padding: 'VALID', strides: [1, 1, 1, 2, 1] }, [[1, 7, 8, 5, 5]]],
    ['Conv2DBackpropInput', [ints(4, 8, 8, 3), [3, 3, 3, 16], [4, 4, 4, 16]], same, [[4, 8, 8, 3]]],
    ['Conv2DBackpropInput', [ints(8, 8), [3, 3, 3, 16], [-1, 4, 4, 16]], same, [[-1, 8, 8, 3]]],
    ['Conv2DBackpropInput', ['unknown', [3, 3, 3, 16], [-1, 4, 4, 16]], same, [[-1, -1, -1, -1]]],
    ['Conv2DBackpropFilter', [[1, 8, 8, 3], ints(3, 3, 3, 16), [1, 4, 4, 16]], same, [[3, 3, 3, 16]]],
    ['MaxPool', [[-1, 8, 8, 16]], { ...valid, ksize: [1, 2, 2, 1] }, [[-1, 4, 4, 16]]],
    ['AvgPool', [[-1, 16, 7, 7]], { padding: 'SAME', ksize: [1, 1, 3, 3], strides: [1, 1, 2, 2], data_format: 'NCHW' }, [[-1, 16, 4, 4]]],
    ['MaxPool3D', [[1, 4, 6, 8, 2]], { padding: 'VALID', ksize: [1, 2, 2, 2, 1], strides: [1, 2, 2, 2, 1] }, [[1, 2, 3, 4, 2]]],
    ['MaxPoolV2', [[-1, 8, 8, 16], ints(1, 3, 3, 1), ints(1, 2, 2, 1)], { padding: 'VALID' }, [[-1, 3, 3, 16]]],
    ['MaxPoolWithArgmax', [[1, 4, 4, 2]], { ...same, ksize: [1, 2, 2, 1] }, [[1, 2, 2, 2], [1, 2, 2, 2]]],
    ['ExtractImagePatches', [[1, 10, 10, 3]], { padding: 'VALID', ksizes: [1, 3, 3, 1], strides: [1, 5, 5, 1], rates: [1, 1, 1, 1] }, [[1, 2, 2, 27]]],
    ['Dilation2D', [[1, 5, 5, 3], [2, 2, 3]], { padding: 'VALID', strides: [1, 1, 1, 1], rates: [1, 2, 2, 1] }, [[1, 3, 3, 3]]],
  ])(title, (...row) => check(row));
});

describe('matrices', () => {
  it.each<Row>([
    ['MatMul', [[-1, 4], [4, 3]], {}, [[-1, 3]]],
    ['MatMul', [[4, -1], [3, 4]], { transpose_a: true, transpose_b: true }, [[-1, 3]]],
    ['MatMul', ['unknown', [4, 3]], {}, [[-1, 3]]],
    ['BatchMatMulV2', [[-1, 4, 8, 16], [16, 5]], {}, [[-1, 4, 8, 5]]],
    ['BatchMatMulV2', [[2, 1, 8, 16], [3, 5, 16]], { adj_y: true }, [[2, 3, 8, 5]]],
    ['BatchMatMulV2', ['unknown', [16, 5]], {}, [undefined]],
    ['Einsum', [[-1, 8, 64], [64, 4, 16]], { N: 2, equation: 'abc,cde->abde' }, [[-1, 8, 4, 16]]],
    ['Einsum', [[-1, 2, 3, 4], [4, 5]], { N: 2, equation: '...ij, jk -> ...ik' }, [[-1, 2, 3, 5]]],
    ['Einsum', ['unknown', [4, 5]], { N: 2, equation: '...j,jk->...k' }, [undefined]],
    ['Cholesky', [[2, 3, 3]], {}, [[2, 3, 3]]],
    ['MatrixDeterminant', [[2, 3, 3]], {}, [[2]]],
    ['LogMatrixDeterminant', [[2, 3, 3]], {}, [[2], [2]]],
    ['Lu', [[2, 3, 3]], {}, [[2, 3, 3], [2, 3]]],
    ['MatrixSolve', [[3, 3], [3, 7]], {}, [[3, 7]]],
    ['Svd', [[5, 3]], { compute_uv: true, full_matrices: false }, [[3], [5, 3], [3, 3]]],
    ['Svd', [[5, 3]], { compute_uv: true, full_matrices: true }, [[3], [5, 5], [3, 3]]],
    ['MatrixDiag', [[2, 3]], {}, [[2, 3, 3]]],
    ['MatrixDiagPart', [[2, 3, 4]], {}, [[2, 3]]],
    ['Diag', [[2, 3]], {}, [[2, 3, 2, 3]]],
    ['DiagPart', [[2, 3, 2, 3]], {}, [[2, 3]]],
    ['BiasAddGrad', [[2, 4, 4, 7]], {}, [[7]]],
    ['GRUBlockCell', [[-1, 5], [-1, 7], [12, 14], [12, 7], [14], [7]], {}, [[-1, 7], [-1, 7], [-1, 7], [-1, 7]]],
  ])(title, (...row) => check(row));
});

describe('reductions', () => {
  it.each<Row>([
    ['Mean', [[-1, 7, 7, 64], ints(1, 2)], { keep_dims: false }, [[-1, 64]]],
    ['Mean', [[-1, 7, 7, 64], ints(1, 2)], { keep_dims: true }, [[-1, 1, 1, 64]]],
    ['Sum', [[2, 3], -1], {}, [[2]]],
    ['Sum', [[2, 3], 'unknown'], {}, [undefined]],
    ['Sum', [[2, 3], 'unknown'], { keep_dims: true }, [[-1, -1]]],
    ['ArgMax', [[-1, 10], 1], {}, [[-1]]],
    ['ArgMax', [[-1, 10], 'unknown'], {}, [[-1]]],
    ['TopKV2', [[-1, 10], 3], {}, [[-1, 3], [-1, 3]]],
    ['TopK', [[10]], { k: 4 }, [[4], [4]]],
    ['SegmentSum', [[6, 5], [6]], {}, [[-1, 5]]],
    ['UnsortedSegmentSum', [[6, 4, 5], [6, 4], 3], {}, [[3, 5]]],
    ['InTopKV2', [[-1, 5], [8], []], {}, [[8]]],
    ['Bincount', [[5], 9, [0]], {}, [[9]]],
    ['L2Loss', [[5, 2]], {}, [[]]],
    ['Cumsum', [[5, 2], 0], {}, [[5, 2]]],
    ['SparseSoftmaxCrossEntropyWithLogits', [[-1, 10], [8]], {}, [[8], [8, 10]]],
  ])(title, (...row) => check(row));
});

describe('other shapes for the same elements', () => {
  it.each<Row>([
    ['Reshape', [[2, 3, 4], ints(6, -1)], {}, [[6, 4]]],
    ['Reshape', [[-1, 3, 4], ints(-1, 12)], {}, [[-1, 12]]],
    ['Reshape', [[5], [3]], {}, [[-1, -1, -1]]],
    ['Reshape', [[5], 'unknown'], {}, [undefined]],
    ['ExpandDims', [[2, 3], -1], {}, [[2, 3, 1]]],
    ['ExpandDims', [[2, 3], 'unknown'], {}, [[-1, -1, -1]]],
    ['Squeeze', [[-1, 1, 1, 8]], { squeeze_dims: [1, 2] }, [[-1, 8]]],
    ['Squeeze', [[3, 1, 8]], {}, [[3, 8]]],
    ['Squeeze', [[-1, 1]], {}, [undefined]],
    ['Transpose', [[-1, 8, 4, 16], ints(0, 2, 1, 3)], {}, [[-1, 4, 8, 16]]],
    ['Transpose', [[2, 3], [2]], {}, [[-1, -1]]],
    ['Pack', [[3], [-1]], { axis: 1, N: 2 }, [[3, 2]]],
    ['Unpack', [[-1, 2, 3]], { axis: 1, num: 2 }, [[-1, 3], [-1, 3]]],
    ['Shape', [[-1, 2, 3]], {}, [[3]]],
    ['Size', ['unknown'], {}, [[]]],
    ['BroadcastTo', [[3], ints(2, 3)], {}, [[2, 3]]],
    ['Tile', [[2, -1], ints(3, 2)], {}, [[6, -1]]],
    ['Pad', [[-1, 4], pairs(0, 0, 1, 2)], {}, [[-1, 7]]],
    ['Pad', [[2, 4], [2, 2]], {}, [[-1, -1]]],
    ['SpaceToBatchND', [[1, 6, 5, 3], ints(2, 2), pairs(0, 0, 1, 0)], {}, [[4, 3, 3, 3]]],
    ['BatchToSpaceND', [[4, 3, 3, 3], ints(2, 2), pairs(0, 0, 1, 0)], {}, [[1, 6, 5, 3]]],
    ['SpaceToDepth', [[-1, 4, 6, 3]], { block_size: 2 }, [[-1, 2, 3, 12]]],
    ['DepthToSpace', [[-1, 12, 2, 3]], { block_size: 2, data_format: 'NCHW' }, [[-1, 3, 4, 6]]],
    ['EnsureShape', [[-1, 3]], { shape: shapeOf([2, -1]) }, [[2, 3]]],
    ['ReverseV2', [[2, 3], ints(0)], {}, [[2, 3]]],
  ])(title, (...row) => check(row));
});

describe('data movement', () => {
  it.each<Row>([
    ['ConcatV2', [[-1, 4], [-1, 6], 1], { N: 2 }, [[-1, 10]]],
    ['ConcatV2', [[-1, 4], [2, -1], -1], { N: 2 }, [[2, -1]]],
    ['ConcatV2', [[2, 4], [2, 6], 'unknown'], { N: 2 }, [[-1, -1]]],
    ['Split', [1, [-1, 6]], { num_split: 3 }, [[-1, 2], [-1, 2], [-1, 2]]],
    ['SplitV', [[10, 2], ints(3, -1, 5), 0], { num_split: 3 }, [[3, 2], [2, 2], [5, 2]]],
    ['GatherV2', [[30, 16], [-1, 7], 0], {}, [[-1, 7, 16]]],
    ['GatherV2', [[4, 30, 2], [4, 5], 1], { batch_dims: 1 }, [[4, 5, 2]]],
    ['Gather', [[30, 16], []], {}, [[16]]],
    ['GatherNd', [[5, 6, 7], [-1, 2]], {}, [[-1, 7]]],
    ['Slice', [[5, -1, 7], ints(1, 0, 2), ints(-1, 3, 4)], {}, [[4, 3, 4]]],
    ['StridedSlice', [[-1, 9, 7], ints(0, 1, 0), ints(0, 8, 0), ints(1, 3, 1)], slice({ begin_mask: 0b101, end_mask: 0b101 }), [[-1, 3, 7]]],
    ['StridedSlice', [[4, 5, 6], ints(0, -1), ints(0, 0), ints(1, 1)], slice({ ellipsis_mask: 0b01, shrink_axis_mask: 0b10 }), [[4, 5]]],
    ['StridedSlice', [[4, 5], ints(0, 0, 0), ints(0, 0, 0), ints(1, 1, -1)], slice({ new_axis_mask: 0b010, begin_mask: 0b101, end_mask: 0b101 }), [[4, 1, 5]]],
    ['StridedSlice', [[4, 5], [1], [1], [1]], slice(), [[-1, 5]]],
    ['OneHot', [[-1, 3], 10, [], []], { axis: -1 }, [[-1, 3, 10]]],
    ['OneHot', [[-1, 3], 10, [], []], { axis: 0 }, [[10, -1, 3]]],
    ['Where', [[4, 5]], {}, [[-1, 2]]],
    ['DynamicStitch', [ints(0, 2), ints(1, 3), [2, 5], [2, 5]], { N: 2 }, [[4, 5]]],
    ['DynamicPartition', [[6, 5], [6]], { num_partitions: 2 }, [[-1, 5], [-1, 5]]],
    ['ScatterNd', [[3, 1], [3, 4], ints(8, 4)], {}, [[8, 4]]],
    ['Fill', [ints(2, 3), []], {}, [[2, 3]]],
    ['Range', [2, 9, 3], {}, [[3]]],
    ['NonMaxSuppressionV4', [[9, 4], [9], 5, [], []], {}, [[-1], []]],
    ['ResizeBilinear', [[-1, 8, 8, 3], ints(16, 20)], {}, [[-1, 16, 20, 3]]],
    ['CropAndResize', [[2, 32, 32, 3], [7, 4], [7], ints(8, 9)], {}, [[7, 8, 9, 3]]],
    // 16000 samples in windows of 640 every 320; the transform has 1024 points.
    ['AudioSpectrogram', [[16000, 1]], { window_size: 640, stride: 320 }, [[1, 49, 513]]],
    ['Mfcc', [[1, 49, 513], []], { dct_coefficient_count: 10 }, [[1, 49, 10]]],
  ])(title, (...row) => check(row));
});

describe('the file', () => {
  it('means an unknown shape where an old one says scalar', () => {
    const nodes = [placeholder('x', 'float32', []), placeholder('y', 'float32', [3])];
    const written = (producer: number): Graph => graphFromBytes(GraphDef.encode({ ...buildMessage(nodes), versions: { producer } }).finish(), 'built.pb', {}, NO_PROGRESS);
    expect([...inferShapes(written(21))]).toEqual([['y:0', [3]]]);
    expect([...inferShapes(written(22))]).toEqual([['x:0', []], ['y:0', [3]]]);
  });

  it.each<Row>([
    ['NobodysOp', [[2]], {}, [undefined]],
    ['NobodysOp', [[2]], { _output_shapes: { kind: 'shapes', value: [[-1, 3], undefined] } }, [[-1, 3], undefined]],
    ['Relu', [[-1, 3]], { _output_shapes: { kind: 'shapes', value: [[7, 4]] } }, [[7, 3]]],
    ['Identity', ['unknown'], { _output_shapes: { kind: 'shapes', value: [[-1, 3]] } }, [[-1, 3]]],
    ['toString', [[2]], {}, [undefined]],
    ['VariableV2', [], { shape: shapeOf([3, 4]), dtype: 'float32' }, [[3, 4]]],
    ['If', [[]], { output_shapes: { kind: 'shapes', value: [[2], undefined] } }, [[2], undefined]],
    ['IdentityN', [[2], [-1, 3]], {}, [[2], [-1, 3]]],
  ])('states it: '.concat(title), (...row) => check(row));

  it.each(['Conv2D', 'MatMul', 'Reshape', 'StridedSlice', 'ConcatV2', 'GatherV2', 'Pack', 'Split', 'Merge', 'TensorListStack', 'Einsum', 'SplitV', 'DynamicStitch'])(
    'lets a %s without operands be unknown', (op) => {
      const shapes = inferShapes(buildGraph([{ name: 'y', op }]));
      for (const size of shapes.get('y:0') ?? []) expect(size).toBeLessThan(1);
    },
  );
});

describe('shapes computed from shapes', () => {
  const one = (name: string, value: number): NodeSpec => constant(name, 'int32', [1], [value]);
  const batchOf = (input: string): NodeSpec[] => [
    { name: 'shape', op: 'Shape', inputs: [input] }, one('zero', 0), one('first', 1),
    { name: 'batch', op: 'StridedSlice', inputs: ['shape', 'zero', 'first', 'first'], attrs: slice({ shrink_axis_mask: 1 }) },
  ];

  it('keeps what is known beside an unknown batch', () => {
    const graph = buildGraph([
      placeholder('x', 'float32', [-1, 8, 64]), ...batchOf('x'), constant('eight', 'int32', [], [8]), constant('four', 'int32', [], [4]),
      { name: 'size', op: 'FloorDiv', inputs: ['sixtyFour', 'four'] }, constant('sixtyFour', 'int32', [], [64]),
      { name: 'target', op: 'Pack', inputs: ['batch', 'eight', 'four', 'size'], attrs: { N: 4, axis: 0 } },
      { name: 'heads', op: 'Reshape', inputs: ['x', 'target'] },
    ]);
    expect(shapesOf(graph, 'heads', 1)).toEqual([[-1, 8, 4, 16]]);
  });

  it('follows Prod and GatherV2 of a tensordot', () => {
    const graph = buildGraph([
      placeholder('x', 'float32', [2, 8, 64]), { name: 'shape', op: 'Shape', inputs: ['x'] }, constant('axes', 'int32', [2], [0, 1]), constant('axis', 'int32', [], [0]),
      { name: 'free', op: 'GatherV2', inputs: ['shape', 'axes', 'axis'] }, constant('all', 'int32', [1], [0]),
      { name: 'rows', op: 'Prod', inputs: ['free', 'all'] }, constant('rest', 'int32', [], [-1]),
      { name: 'target', op: 'Pack', inputs: ['rows', 'rest'], attrs: { N: 2, axis: 0 } }, { name: 'flat', op: 'Reshape', inputs: ['x', 'target'] },
      constant('width', 'int32', [1], [5]), { name: 'back', op: 'ConcatV2', inputs: ['free', 'width', 'axis'], attrs: { N: 2 } },
      { name: 'filled', op: 'Fill', inputs: ['back', 'axis'] },
    ]);
    expect(shapesOf(graph, 'flat', 1)).toEqual([[16, 64]]);
    expect(shapesOf(graph, 'filled', 1)).toEqual([[2, 8, 5]]);
  });

  it('does not take what may be fed for a constant', () => {
    const graph = buildGraph([
      constant('usual', 'int32', [2], [3, 4]), { name: 'target', op: 'PlaceholderWithDefault', inputs: ['usual'], attrs: { dtype: 'int32', shape: shapeOf([2]) } },
      placeholder('x', 'float32', [12]), { name: 'y', op: 'Reshape', inputs: ['x', 'target'] },
    ]);
    expect(shapesOf(graph, 'y', 1)).toEqual([[-1, -1]]);
  });

  it('does not take numbers beyond int32 for sizes', () => {
    const graph = buildGraph([constant('a', 'int32', [1], [1 << 30]), { name: 'b', op: 'Mul', inputs: ['a', 'a'] }, constant('c', 'float32', [], [0]), { name: 'y', op: 'Fill', inputs: ['b', 'c'] }]);
    expect(shapesOf(graph, 'y', 1)).toEqual([[-1]]);
  });
});

describe('control flow', () => {
  const merge = (name: string, ...inputs: string[]): NodeSpec => ({ name, op: 'Merge', inputs, attrs: { N: inputs.length } });

  it('keeps what both branches have in common', () => {
    const graph = buildGraph([
      placeholder('a', 'float32', [2, 3]), placeholder('b', 'float32', [4, 3]), placeholder('c', 'float32', [3]), placeholder('p', 'bool', []),
      { name: 'switch', op: 'Switch', inputs: ['a', 'p'] }, merge('alike', 'switch:1', 'b'), merge('other', 'switch', 'c'),
    ]);
    expect(shapesOf(graph, 'switch', 2)).toEqual([[2, 3], [2, 3]]);
    expect(shapesOf(graph, 'alike', 2)).toEqual([[-1, 3], []]);
    expect(shapesOf(graph, 'other', 1)).toEqual([undefined]);
  });

  const loop = (enters: Record<string, string>, body: Record<string, string>, rest: NodeSpec[]): Graph => buildGraph([
    { name: 'cond', op: 'LoopCond', inputs: ['p'] }, placeholder('p', 'bool', []),
    ...Object.entries(enters).flatMap(([name, input]): NodeSpec[] => [
      { name: `${name}/enter`, op: 'Enter', inputs: [input], attrs: { frame_name: 'loop' } }, merge(name, `${name}/enter`, `${name}/next`),
      { name: `${name}/switch`, op: 'Switch', inputs: [name, 'cond'] }, { name: `${name}/exit`, op: 'Exit', inputs: [`${name}/switch`] },
      { name: `${name}/next`, op: 'NextIteration', inputs: [body[name]!] },
    ]),
    ...rest,
  ]);

  it('keeps the shape every trip around a loop has', () => {
    const graph = loop({ h: 'x' }, { h: 'step' }, [
      placeholder('x', 'float32', [-1, 16]), constant('w', 'float32', [16, 16], [0]), { name: 'step', op: 'MatMul', inputs: ['h/switch:1', 'w'] },
    ]);
    expect(shapesOf(graph, 'h/exit', 1)).toEqual([[-1, 16]]);
  });

  it('forgets a size that grows from trip to trip, and a rank that does', () => {
    const graph = loop({ rows: 'x', rank: 'x' }, { rows: 'longer', rank: 'deeper' }, [
      placeholder('x', 'float32', [1, 16]), constant('axis', 'int32', [], [0]),
      { name: 'longer', op: 'ConcatV2', inputs: ['rows/switch:1', 'rows/switch:1', 'axis'], attrs: { N: 2 } },
      { name: 'deeper', op: 'ExpandDims', inputs: ['rank/switch:1', 'axis'] },
    ]);
    expect(shapesOf(graph, 'rows/exit', 1)).toEqual([[-1, 16]]);
    expect(shapesOf(graph, 'rank/exit', 1)).toEqual([undefined]);
  });

  it('does not take the first count of a loop for a constant', () => {
    const graph = loop({ i: 'start' }, { i: 'more' }, [
      constant('start', 'int32', [1], [3]), { name: 'more', op: 'AddV2', inputs: ['i/switch:1', 'start'] }, constant('zero', 'float32', [], [0]),
      { name: 'y', op: 'Fill', inputs: ['i', 'zero'] },
    ]);
    expect(shapesOf(graph, 'y', 1)).toEqual([[-1]]);
  });

  it('stops assuming where sizes chase one another around a loop', () => {
    const names = Array.from({ length: 12 }, (_, index) => `v${index}`);
    const graph = loop(
      Object.fromEntries(names.map((name) => [name, name === 'v0' ? 'short' : 'long'])),
      Object.fromEntries(names.map((name, index) => [name, index === 0 ? 'v0/switch:1' : `v${index - 1}/switch:1`])),
      [placeholder('short', 'float32', [2]), placeholder('long', 'float32', [3])],
    );
    const shapes = inferShapes(graph);
    for (const name of names.slice(1)) expect(shapes.get(`${name}/exit:0`) ?? [-1]).toEqual([-1]);
  });

  it('does not take an element of a list for the shape of all', () => {
    const graph = buildGraph([
      placeholder('x', 'float32', [8, 2, 3]), constant('any', 'int32', [], [-1]), constant('i', 'int32', [], [0]), placeholder('item', 'float32', [5, 3]),
      { name: 'list', op: 'TensorListFromTensor', inputs: ['x', 'any'] }, { name: 'before', op: 'TensorListGetItem', inputs: ['list', 'i', 'any'] },
      { name: 'set', op: 'TensorListSetItem', inputs: ['list', 'i', 'item'] }, { name: 'after', op: 'TensorListGetItem', inputs: ['set', 'i', 'any'] },
    ]);
    expect(shapesOf(graph, 'before', 1)).toEqual([[2, 3]]);
    expect(shapesOf(graph, 'after', 1)).toEqual([[-1, 3]]);
  });

  it('knows the elements of lists and arrays', () => {
    const graph = buildGraph([
      placeholder('x', 'float32', [8, -1, 16]), constant('element', 'int32', [2], [-1, 16]), constant('any', 'int32', [], [-1]), constant('count', 'int32', [], [8]),
      { name: 'list', op: 'TensorListFromTensor', inputs: ['x', 'element'] }, constant('i', 'int32', [], [0]), placeholder('item', 'float32', [4, 16]),
      { name: 'get', op: 'TensorListGetItem', inputs: ['list', 'i', 'any'] },
      { name: 'reserved', op: 'TensorListReserve', inputs: ['element', 'count'] }, { name: 'set', op: 'TensorListSetItem', inputs: ['reserved', 'i', 'item'] },
      { name: 'stack', op: 'TensorListStack', inputs: ['set', 'any'], attrs: { num_elements: -1 } },
      { name: 'array', op: 'TensorArrayV3', inputs: ['count'], attrs: { element_shape: shapeOf([-1, 3]) } },
      { name: 'read', op: 'TensorArrayReadV3', inputs: ['array', 'i', 'array:1'] },
      { name: 'size', op: 'TensorArraySizeV3', inputs: ['array', 'array:1'] }, { name: 'all', op: 'Range', inputs: ['i', 'size', 'one'] }, constant('one', 'int32', [], [1]),
      { name: 'gather', op: 'TensorArrayGatherV3', inputs: ['array', 'all', 'array:1'] },
    ]);
    const shapes = inferShapes(graph);
    expect(['get', 'stack', 'read', 'gather'].map((name) => shapes.get(`${name}:0`))).toEqual([[-1, 16], [8, -1, 16], [-1, 3], [8, -1, 3]]);
  });
});

describe('whole models', () => {
  /** Values with every size known, with all but the batch, and the nodes of the others. */
  function summary(file: string): { all: number; butBatch: number; others: string[] } {
    const graph = graphFromBytes(readFileSync(new URL(`../../../../media/samples/${file}`, import.meta.url)), file, {}, NO_PROGRESS);
    const shapes = inferShapes(graph);
    const result = { all: 0, butBatch: 0, others: [] as string[] };
    for (const node of graph.nodes.values()) {
      signatureOf(node).outputs.forEach((_, output) => {
        const unknown = shapes.get(`${node.id}:${output}`)?.filter((size) => size < 0).length ?? 2;
        if (unknown === 0) result.all++;
        else if (unknown === 1) result.butBatch++;
        else result.others.push(node.id);
      });
    }
    return result;
  }

  it('are known but for the batch', () => {
    expect(summary('digits_cnn.pb')).toEqual({ all: 106, butBatch: 37, others: [] });
    expect(summary('digits_transformer.pb')).toEqual({ all: 222, butBatch: 136, others: [] });
    // Nothing reads the placeholders that lowering the loop left behind, and they have no shape.
    const gru = summary('digits_gru.pb');
    expect(gru).toMatchObject({ all: 141, butBatch: 41 });
    expect(gru.others.filter((id) => !id.startsWith('unused_control_flow_input'))).toEqual([]);
  });

  it('of a hundred thousand nodes have shapes, too', () => {
    const chain = Array.from({ length: 100_000 }, (_, i): NodeSpec => ({ name: `n${i}`, op: 'Relu', inputs: [i === 0 ? 'x' : `n${i - 1}`] }));
    expect(shapesOf(buildGraph([placeholder('x', 'float32', [-1, 3]), ...chain]), 'n99999', 1)).toEqual([[-1, 3]]);
  });

  it('leave no trace of a tensor nobody can decode as integers', () => {
    const graph = buildGraph([{ name: 'c', op: 'Const', attrs: { dtype: 'float32', value: tensor('float32', [2], [1, 2]) } }, { name: 'y', op: 'Fill', inputs: ['c', 'c'] }]);
    expect(shapesOf(graph, 'y', 1)).toEqual([[-1, -1]]);
  });
});
