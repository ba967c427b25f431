import { tensorflowDialect } from '../../src/engine/formats/tensorflow/dialect';
import { broadcastShape } from '../../src/engine/graph/elementwise';
import type { Graph, Node } from '../../src/engine/graph/graph';
import { elementCount } from '../../src/engine/graph/tensor';

export interface Array64 {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/**
 * The value of a node of a small graph, in float64, by the definitions of the ops. Convolutions take one image of the
 * size of their filter, so that they are one sum per channel; Conv2DBackpropInput takes one pixel.
 */
export function evaluate(graph: Graph, id: string, feeds: Readonly<Record<string, Array64>>): Array64 {
  const node = graph.nodes.get(id)!;
  if (feeds[id] !== undefined) return feeds[id];
  if (tensorflowDialect.isConstant(node)) {
    const { shape, data } = tensorflowDialect.constantTensor(node);
    return { shape, data: Array.from(data as Float32Array, Number) };
  }
  const kernel = KERNELS[node.op];
  if (kernel === undefined) throw new Error(`no reference for ${node.op}`);
  const [first, ...rest] = node.inputs.map((value) => evaluate(graph, value.node, feeds));
  return kernel(first!, rest, node);
}

type Kernel = (x: Array64, rest: readonly Array64[], node: Node) => Array64;

const unary = (f: (x: number) => number): Kernel => (x) => ({ shape: x.shape, data: x.data.map(f) });
const binary = (f: (x: number, y: number) => number): Kernel => (x, [y]) => broadcast(x, y!, f);

const KERNELS: Record<string, Kernel> = {
  Identity: (x) => x,
  Add: binary((x, y) => x + y),
  AddV2: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  RealDiv: binary((x, y) => x / y),
  Neg: unary((x) => -x),
  Square: unary((x) => x * x),
  Sqrt: unary(Math.sqrt),
  Rsqrt: unary((x) => 1 / Math.sqrt(x)),
  Relu: unary((x) => Math.max(0, x)),
  Reshape: (x, [shape]) => ({ shape: shape!.data, data: x.data }),
  Squeeze: (x) => ({ shape: x.shape.filter((size) => size !== 1), data: x.data }),
  ExpandDims: (x, [axis]) => ({ shape: x.shape.toSpliced(axis!.data[0]!, 0, 1), data: x.data }),
  BiasAdd: (x, [bias], node) => broadcast(x, alongChannels(bias!, x, node), (a, b) => a + b),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  MatMul: (x, [w], node) => {
    const attribute = node.attributes.get('transpose_b');
    const [rows, columns] = w!.shape as [number, number];
    const isTransposed = attribute?.kind === 'bool' && attribute.value;
    const out = isTransposed ? rows : columns;
    const at = (p: number, o: number): number => w!.data[isTransposed ? o * columns + p : p * columns + o]!;
    return { shape: [1, out], data: sums(out, x.data.length, (o, p) => x.data[p]! * at(p, o)) };
  },
  Conv2D: (x, [w], node) => {
    const out = w!.shape[3]!;
    return image(sums(out, x.data.length, (o, p) => x.data[p]! * w!.data[p * out + o]!), node);
  },
  DepthwiseConv2dNative: (x, [w], node) => {
    const [height, width, depth, multiplier] = w!.shape as [number, number, number, number];
    const out = depth * multiplier;
    return image(sums(out, height * width, (o, p) => x.data[p * depth + Math.floor(o / multiplier)]! * w!.data[p * out + o]!), node);
  },
  Conv2DBackpropInput: (sizes, [w, y]) => {
    const depth = w!.shape[3]!;
    return { shape: sizes.data, data: sums(elementCount(sizes.data), depth, (o, p) => y!.data[p]! * w!.data[o * depth + p]!) };
  },
};

function batchNorm(x: Array64, vectors: readonly Array64[], node: Node): Array64 {
  const [scale, offset, mean, variance] = vectors.map((vector) => alongChannels(vector, x, node)) as [Array64, Array64, Array64, Array64];
  const epsilon = node.attributes.get('epsilon');
  const added = epsilon?.kind === 'float' ? epsilon.value : 1e-4;
  const centred = broadcast(x, mean, (a, b) => a - b);
  const scaled = broadcast(broadcast(centred, variance, (a, b) => a / Math.sqrt(b + added)), scale, (a, b) => a * b);
  return broadcast(scaled, offset, (a, b) => a + b);
}

function sums(outputs: number, terms: number, term: (output: number, index: number) => number): number[] {
  return Array.from({ length: outputs }, (_, o) => Array.from({ length: terms }, (_, p) => term(o, p)).reduce((a, b) => a + b, 0));
}

const isChannelsFirst = (node: Node): boolean => {
  const format = node.attributes.get('data_format');
  return format?.kind === 'string' && new TextDecoder().decode(format.value) === 'NCHW';
};

const image = (channels: number[], node: Node): Array64 => ({
  shape: isChannelsFirst(node) ? [1, channels.length, 1, 1] : [1, 1, 1, channels.length],
  data: channels,
});

const alongChannels = (vector: Array64, x: Array64, node: Node): Array64 =>
  isChannelsFirst(node) && x.shape.length === 4 ? { shape: [vector.data.length, 1, 1], data: vector.data } : vector;

function broadcast(a: Array64, b: Array64, f: (x: number, y: number) => number): Array64 {
  const shape = broadcastShape(a.shape, b.shape)!;
  const at = (array: Array64, index: number): number => {
    let [rest, position, stride] = [index, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = array.shape[axis - shape.length + array.shape.length] ?? 1;
      if (size > 1) position += (rest % shape[axis]!) * stride;
      stride *= size;
      rest = Math.floor(rest / shape[axis]!);
    }
    return array.data[position]!;
  };
  return { shape, data: Array.from({ length: elementCount(shape) }, (_, index) => f(at(a, index), at(b, index))) };
}
