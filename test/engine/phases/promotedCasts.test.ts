import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../src/engine/config/config';
import { resolvePlan } from '../../../src/engine/config/plan';
import { pytorchDialect as dialect } from '../../../src/engine/formats/pytorch/dialect';
import type { Attribute } from '../../../src/engine/graph/attribute';
import type { Graph, Node } from '../../../src/engine/graph/graph';
import { NO_PROGRESS } from '../../../src/engine/host';
import { convertToBfloat16 } from '../../../src/engine/phases/bfloat16/convertToBfloat16';
import { optimize } from '../../../src/engine/phases/optimize/optimize';

const operand = (input: number): Attribute => ({ kind: 'operands', isList: false, value: [{ input }] });

function call(name: string, op: string, inputs: readonly string[], shape: readonly number[] = [2, 8]): Node {
  const names = op.endsWith('.Tensor') ? ['self', 'other'] : ['input', 'weight'];
  const source = { outputTypes: ['float32'], inputTypes: inputs.map(() => 'float32'), origin: { outputs: [{ name, shape }] } };
  return { id: name, name, op, inputs: inputs.map((node) => ({ node, output: 0 })), controlInputs: [], attributes: new Map(inputs.map((_, input) => [names[input]!, operand(input)])), source };
}

const x = call('x', 'input', []);

/** Casts after all phases, as `from -> readers`, and the least there could be. */
function casts(nodes: readonly Node[], placement: 'min_cut' | 'depth_first' | 'follow_inputs' = 'min_cut'): { readonly left: readonly string[]; readonly lowerBound: number; readonly graph: Graph } {
  const output = nodes.at(-1)!.id;
  const graph: Graph = {
    nodes: new Map([x, ...nodes].map((node) => [node.id, node])), inputs: [{ name: 'x', value: { node: 'x', output: 0 }, dtype: 'float32', shape: [2, 8] }],
    outputs: [{ name: output, value: { node: output, output: 0 }, dtype: 'float32' }],
  };
  const config = { ...DEFAULT_CONFIG, use_bf16: true, cast_placement: placement };
  const plan = resolvePlan(graph, config, { dialect, canCalibrate: false });
  const converted = convertToBfloat16(graph, plan, dialect, NO_PROGRESS);
  const { graph: optimized, castProof } = optimize({ graph: converted.graph, unconverted: graph, plan, config, dialect }, NO_PROGRESS);
  const readers = (id: string): string[] => [...optimized.nodes.values()].filter((node) => node.inputs.some((value) => value.node === id)).map(({ id: reader }) => reader);
  const left = [...optimized.nodes.values()].filter((node) => dialect.isCast(node)).map((node) => `${node.inputs[0]!.node} -> ${readers(node.id).join(', ')}`);
  return { left, lowerBound: castProof.lowerBound, graph: optimized };
}

const linear = (name: string, input: string): Node => call(name, 'aten.linear', [input, input]);
const norm = (name: string, input: string): Node => call(name, 'aten.layer_norm', [input]);

describe('Casts before arithmetic that PyTorch does in the wider type', () => {
  const block = [norm('a', 'x'), linear('b', 'a'), call('sum', 'aten.add.Tensor', ['b', 'a']), norm('y', 'sum')];

  it.each(['min_cut', 'depth_first', 'follow_inputs'] as const)('are folded, and the sum stays FP32 between normalizations: %s', (placement) => {
    const { left, graph } = casts(block, placement);
    expect(left).toEqual(['a -> b']);
    expect(graph.nodes.get('sum')!.source).toMatchObject({ inputTypes: ['bfloat16', 'float32'], outputTypes: ['float32'] });
  });

  it('are not counted by the minimum cut', () => {
    expect(casts(block).lowerBound).toBe(1);
  });

  it.each([
    ['both values are BF16', [linear('b', 'x'), linear('c', 'x'), call('sum', 'aten.sub.Tensor', ['b', 'c']), norm('y', 'sum')]],
    ['the other has no axes', [norm('a', 'x'), linear('b', 'a'), call('c', 'aten.logsumexp', ['x'], []), call('sum', 'aten.div.Tensor', ['b', 'c']), norm('y', 'sum')]],
  ])('stay where %s', (_, nodes) => {
    expect(casts(nodes).left.length).toBe(2);
  });
});
