import { describe, expect, it } from 'vitest';
import { onnxDialect } from '../../../../src/engine/formats/onnx/dialect';
import { buildOnnx, type OnnxNodeSpec, readBytes } from '../../../support/onnxBuilder';

/** `y: op a b` as a node named after its output. */
function nodesOf(lines: readonly string[]): OnnxNodeSpec[] {
  return lines.map((line) => {
    const [output, op, ...inputs] = line.split(/:? /) as [string, string, ...string[]];
    return { op, inputs, outputs: [output] };
  });
}

/** Names of the nodes that the named pattern claims first. */
async function claimed(pattern: string, lines: readonly string[]): Promise<string[]> {
  const graph = await readBytes(buildOnnx({
    inputs: { x: ['float32', [4, 8]] }, outputs: { y: ['float32', [4, 8]] }, nodes: nodesOf(lines),
    initializers: { two: { shape: [], float: [2] }, three: { shape: [], float: [3] }, eighth: { shape: [], float: [0.125] }, epsilon: { shape: [], float: [1e-5] }, gamma: { shape: [8], float: [1, 1, 1, 1, 1, 1, 1, 1] } },
  }));
  const first = (id: string): string | undefined => onnxDialect.sensitivePatterns.find((candidate) => candidate.matches(graph.nodes.get(id)!, graph))?.name;
  return [...graph.nodes.keys()].filter((id) => first(id) === pattern).sort();
}

describe('sensitive patterns', () => {
  it('find layer normalization as PyTorch exports it before operator set 17, without scale and offset', async () => {
    const lines = ['mean: ReduceMean x', 'centred: Sub x mean', 'square: Pow centred two', 'variance: ReduceMean square', 'kept: Add variance epsilon', 'root: Sqrt kept', 'normal: Div centred root', 'y: Mul normal gamma'];
    expect(await claimed('normalization', lines)).toEqual(['centred', 'kept', 'mean', 'normal', 'root', 'square', 'variance']);
  });

  it('find it as JAX does: the mean of squares less the squared mean', async () => {
    const lines = [
      'sum: Mul x gamma', 'total: ReduceSum x', 'mean: Mul total eighth', 'squares: Mul x x', 'all: ReduceSum squares', 'power: Mul all eighth', 'meansquare: Mul mean mean',
      'variance: Sub power meansquare', 'kept: Add variance epsilon', 'root: Sqrt kept', 'scale: Reciprocal root', 'centred: Sub x mean', 'y: Mul centred scale',
    ];
    expect(await claimed('normalization', lines)).toEqual(['all', 'kept', 'mean', 'meansquare', 'power', 'root', 'scale', 'squares', 'variance', 'y']);
  });

  it('find Softmax as one op and spelled out', async () => {
    expect(await claimed('softmax', ['y: Softmax x'])).toEqual(['y']);
    expect(await claimed('softmax', ['largest: ReduceMax x', 'less: Sub x largest', 'exponential: Exp less', 'sum: ReduceSum exponential', 'y: Div exponential sum'])).toEqual(['exponential', 'less', 'sum', 'y']);
  });

  it('leave small powers, errors and products alone', async () => {
    expect(await claimed('powers_and_logarithms', ['y: Pow x three'])).toEqual([]);
    expect(await claimed('powers_and_logarithms', ['a: Exp x', 'y: Log a'])).toEqual(['a', 'y']);
    expect(await claimed('normalization', ['a: Mul x gamma', 'b: Relu a', 'y: Div x b'])).toEqual([]);
  });
});
