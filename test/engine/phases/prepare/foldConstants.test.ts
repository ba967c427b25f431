import { describe, expect, it } from 'vitest';
import { tensorflowDialect } from '../../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../../src/engine/graph/graph';
import { Rewriter } from '../../../../src/engine/graph/rewriter';
import type { Tensor } from '../../../../src/engine/graph/tensor';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { foldBatchNorm } from '../../../../src/engine/phases/prepare/foldBatchNorm';
import { type ConstantCache, constantValue } from '../../../../src/engine/phases/prepare/foldConstants';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../../support/graphBuilder';

const T = 'float32';
const op = (name: string, type: string, ...inputs: string[]): NodeSpec => ({ name, op: type, inputs, attrs: { T } });

function valueOf(nodes: readonly NodeSpec[], id: string): Tensor | undefined {
  return constantValue(buildGraph(nodes).nodes, tensorflowDialect, { node: id, output: 0 }, new Map());
}

const a = constant('a', T, [3], [1, 4, 9]);
const b = constant('b', T, [2, 1], [10, 20]);

describe('the value of operations on constants', () => {
  it.each<[string, NodeSpec, number[], number[]]>([
    ['AddV2', op('y', 'AddV2', 'a', 'b'), [2, 3], [11, 14, 19, 21, 24, 29]],
    ['Sub', op('y', 'Sub', 'b', 'a'), [2, 3], [9, 6, 1, 19, 16, 11]],
    ['Mul', op('y', 'Mul', 'a', 'a'), [3], [1, 16, 81]],
    ['RealDiv', op('y', 'RealDiv', 'a', 'b'), [2, 3], [0.1, 0.4, 0.9, 0.05, 0.2, 0.45].map(Math.fround)],
    ['Neg', op('y', 'Neg', 'a'), [3], [-1, -4, -9]],
    ['Square', op('y', 'Square', 'b'), [2, 1], [100, 400]],
    ['Sqrt', op('y', 'Sqrt', 'a'), [3], [1, 2, 3]],
    ['Rsqrt', op('y', 'Rsqrt', 'a'), [3], [1, 0.5, Math.fround(1 / 3)]],
    ['Identity', op('y', 'Identity', 'b'), [2, 1], [10, 20]],
    ['Squeeze', op('y', 'Squeeze', 'b'), [2], [10, 20]],
    ['Squeeze of an axis', { ...op('y', 'Squeeze', 'b'), attrs: { T, squeeze_dims: [-1] } }, [2], [10, 20]],
    ['Reshape', op('y', 'Reshape', 'a', 'shape'), [1, 3], [1, 4, 9]],
    ['ExpandDims', op('y', 'ExpandDims', 'a', 'axis'), [3, 1], [1, 4, 9]],
  ])('%s', (_, node, shape, data) => {
    const tensor = valueOf([a, b, constant('shape', 'int32', [2], [1, -1]), constant('axis', 'int32', [], [-1]), node], 'y');
    expect(tensor).toMatchObject({ dtype: T, shape });
    expect([...(tensor!.data as Float32Array)]).toEqual(data);
  });

  it('rounds to float32 after each operation, as the model did', () => {
    const third = constant('third', T, [], [1 / 3]);
    const tensor = valueOf([third, op('square', 'Mul', 'third', 'third'), op('y', 'Mul', 'square', 'third')], 'y');
    const rounded = Math.fround(1 / 3);
    expect((tensor!.data as Float32Array)[0]).toBe(Math.fround(Math.fround(rounded * rounded) * rounded));
  });

  it.each<[string, NodeSpec[]]>([
    ['an input', [placeholder('x', T, [3]), op('y', 'AddV2', 'a', 'x')]],
    ['an op that is not one of the few', [op('tanh', 'Tanh', 'a'), op('y', 'AddV2', 'a', 'tanh')]],
    ['shapes that do not broadcast', [constant('c', T, [4], [1]), op('y', 'AddV2', 'a', 'c')]],
    ['a shape of another size', [constant('shape', 'int32', [1], [4]), op('y', 'Reshape', 'a', 'shape')]],
    ['integers', [constant('i', 'int32', [], [1]), { name: 'y', op: 'AddV2', inputs: ['i', 'i'], attrs: { T: 'int32' } }]],
  ])('is unknown for %s', (_, nodes) => {
    expect(valueOf([a, ...nodes], 'y')).toBeUndefined();
  });

  it('is found at any depth, and once per node', () => {
    const depth = 20_000;
    const sums = Array.from({ length: depth }, (_, i) => op(`n${i + 1}`, 'AddV2', `n${i}`, `n${i}`));
    const graph = buildGraph([constant('n0', T, [], [0]), ...sums]);
    let evaluated = 0;
    const counting = { ...tensorflowDialect, constantOperation: (node: Parameters<typeof tensorflowDialect.constantOperation>[0]) => {
      const operation = tensorflowDialect.constantOperation(node);
      return operation && ((operands: readonly Tensor[]) => { evaluated++; return operation(operands); });
    } };
    const cache: ConstantCache = new Map();
    expect(constantValue(graph.nodes, counting, { node: `n${depth}`, output: 0 }, cache)?.data).toEqual(new Float32Array([0]));
    expect(constantValue(graph.nodes, counting, { node: `n${depth - 1}`, output: 0 }, cache)?.data).toEqual(new Float32Array([0]));
    expect(evaluated).toBe(depth);
  });
});

describe('folding the constants a weight or bias is computed from', () => {
  const fold = (graph: Graph) => {
    const rewriter = new Rewriter(graph, 'quantize');
    foldBatchNorm(rewriter, tensorflowDialect, () => true, NO_PROGRESS);
    return { graph: rewriter.finish(), changes: rewriter.changes };
  };
  // A bias as Keras 3 writes it for any number of spatial axes.
  const nodes: NodeSpec[] = [
    placeholder('x', T, [1, 3]), constant('w', T, [3, 2], [1, 2, 3, 4, 5, 6]), op('dense', 'MatMul', 'x', 'w'),
    constant('raw', T, [2], [7, 8]), constant('shape', 'int32', [2], [1, 2]), op('reshape', 'Reshape', 'raw', 'shape'),
    { ...op('bias', 'Squeeze', 'reshape'), attrs: { T, squeeze_dims: [0] } }, op('y', 'BiasAdd', 'dense', 'bias'),
  ];

  it('leaves one constant with the id and name of the last operation', () => {
    const { graph, changes } = fold(buildGraph(nodes));
    expect([...graph.nodes.keys()].sort()).toEqual(['bias', 'dense', 'w', 'x', 'y']);
    const bias = graph.nodes.get('bias')!;
    expect(bias.op).toBe('Const');
    expect(tensorflowDialect.constantTensor(bias)).toMatchObject({ dtype: T, shape: [2], data: new Float32Array([7, 8]) });
    expect(changes).toEqual([{
      phase: 'quantize', rule: 'fold-constants', before: ['bias', 'reshape', 'shape', 'raw'], after: ['bias'],
      reason: '2 operations on constants are computed once: "bias" is now the constant they always gave.',
    }]);
  });

  it('keeps what others still read', () => {
    const { graph } = fold(buildGraph([...nodes, op('other', 'Neg', 'reshape')]));
    expect(graph.nodes.get('bias')!.op).toBe('Const');
    expect(graph.nodes.get('reshape')!.op).toBe('Reshape');
  });

  it('leaves constants alone that no weight or bias needs', () => {
    const graph = buildGraph([placeholder('x', T, [3]), a, op('negative', 'Neg', 'a'), op('y', 'Mul', 'x', 'negative')]);
    expect(fold(graph).changes).toEqual([]);
  });
});
