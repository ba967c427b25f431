import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../../src/engine/config/config';
import { tensorflowDialect } from '../../../../src/engine/formats/tensorflow/dialect';
import { withSignature } from '../../../../src/engine/formats/tensorflow/read';
import type { Graph } from '../../../../src/engine/graph/graph';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { foldAndPlan } from '../../../../src/engine/phases/prepare/foldAndPlan';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../../support/graphBuilder';

const NODES: readonly NodeSpec[] = [
  placeholder('x', 'float32', [-1, 2]),
  constant('weights', 'float32', [2, 2], [1, 2, 3, 4]),
  constant('rate', 'float32', [], [0.5]),
  { name: 'scaled', op: 'Mul', inputs: ['weights', 'rate'], attrs: { T: 'float32' } },
  { name: 'y', op: 'MatMul', inputs: ['x', 'scaled'], attrs: { T: 'float32', transpose_a: false, transpose_b: false } },
];
const BF16 = { ...DEFAULT_CONFIG, use_bf16: true, op_type_dict: { MatMul: 'bf16' as const } };
const prepared = (graph: Graph) => foldAndPlan(graph, BF16, { dialect: tensorflowDialect, canCalibrate: false }, NO_PROGRESS).folded.nodes;

describe('a constant that callers may give another value', () => {
  it('is an input with the value of the constant unless it is given, and is not folded', () => {
    expect(prepared(buildGraph(NODES)).get('scaled')!.op).toBe('Const');
    const graph = buildGraph(NODES, { inputs: ['x', 'rate'] });
    expect(graph.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([['x', 'float32', [-1, 2]], ['rate', 'float32', []]]);
    const nodes = prepared(graph);
    expect(nodes.get('scaled')!.op).toBe('Mul');
    expect(nodes.get('rate')).toMatchObject({ op: 'PlaceholderWithDefault', inputs: [{ node: 'rate/default', output: 0 }] });
    expect(Array.from(tensorflowDialect.constantTensor(nodes.get('rate/default')!).data as Float32Array)).toEqual([0.5]);
  });

  it('may be handed on or computed from constants', () => {
    const handed: NodeSpec = { name: 'handed', op: 'Identity', inputs: ['scaled'], attrs: { T: 'float32' } };
    const graph = buildGraph([...NODES.slice(0, -1), handed, { ...NODES.at(-1)!, inputs: ['x', 'handed'] }], { inputs: ['x', 'scaled'] });
    const nodes = prepared(graph);
    expect(['scaled/default', 'scaled', 'handed'].map((id) => nodes.get(id)?.op)).toEqual(['Const', 'PlaceholderWithDefault', undefined]);
    expect(nodes.get('y')!.inputs.map(({ node }) => node)).toEqual(['x', 'scaled']);
  });

  it('is the constant of the file again where it is an input no longer', () => {
    const original = buildGraph(NODES);
    const given = withSignature(original, { inputs: ['x', 'rate'] }, 'model.pb');
    const again = withSignature(given, { inputs: ['x', 'weights'] }, 'model.pb');
    expect([...again.nodes.keys()]).toEqual(['x', 'weights/default', 'weights', 'rate', 'scaled', 'y']);
    expect(again.nodes.get('rate')).toBe(original.nodes.get('rate'));
    const neither = withSignature(again, {}, 'model.pb');
    expect([...neither.nodes]).toEqual([...original.nodes]);
  });
});
