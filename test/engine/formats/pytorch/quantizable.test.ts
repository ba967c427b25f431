import { describe, expect, it } from 'vitest';
import { quantizedInputs } from '../../../../src/engine/capabilities/quantizedInputs';
import { DEFAULT_CONFIG, type TuningConfig } from '../../../../src/engine/config/config';
import { resolvePlan } from '../../../../src/engine/config/plan';
import { pytorchDialect } from '../../../../src/engine/formats/pytorch/dialect';
import type { Attribute, PartialShape } from '../../../../src/engine/graph/attribute';
import type { Graph, Node } from '../../../../src/engine/graph/graph';

const SHAPE = [-1, 8, 4, 4];
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = { conv2d: ['input', 'weight'], linear: ['input', 'weight'], add: ['self', 'other'], mul: ['self', 'other'] };

/** A call of an ATen op on values, with a float32 result. */
function call(name: string, op: string, inputs: readonly string[], shape: PartialShape = SHAPE, more: Readonly<Record<string, Attribute>> = {}): Node {
  const names = ARGUMENTS[/^aten\.(\w+?)_?(\.|$)/.exec(op)?.[1] ?? ''] ?? ['self'];
  const operands = inputs.map((_, input): [string, Attribute] => [names[input]!, { kind: 'operands', isList: false, value: [{ input }] }]);
  const source = { outputTypes: ['float32'], inputTypes: inputs.map(() => 'float32'), origin: { outputs: [{ name, shape }] } };
  return { id: name, name, op, inputs: inputs.map((node) => ({ node, output: 0 })), controlInputs: [], attributes: new Map([...operands, ...Object.entries(more)]), source };
}

const weight: Node = { ...call('weight', 'parameter', []), attributes: new Map([['value', { kind: 'tensor', dtype: 'float32', shape: [8, 8, 3, 3], value: undefined }]]) };

/** The first node is the input and the last one the output; all read one weight. */
function graphOf(...nodes: readonly Node[]): Graph {
  const output = nodes.at(-1)!.id;
  return {
    nodes: new Map([weight, ...nodes].map((node) => [node.id, node])), inputs: [{ name: 'x', value: { node: 'x', output: 0 }, dtype: 'float32', shape: SHAPE }],
    outputs: [{ name: output, value: { node: output, output: 0 }, dtype: 'float32' }],
  };
}

const x = call('x', 'input', []);
const conv = (name: string, input: string): Node => call(name, 'aten.conv2d', [input, 'weight']);

/** INT8 nodes, with the inputs they read through Quantize and Dequantize. */
function int8(graph: Graph, config: Partial<TuningConfig> = {}): Record<string, readonly number[]> {
  const plan = resolvePlan(graph, { ...DEFAULT_CONFIG, ...config }, { dialect: pytorchDialect, canCalibrate: true });
  const nodes = [...graph.nodes.values()].filter(({ id }) => plan.nodes.get(id)!.precision === 'int8');
  return Object.fromEntries(nodes.map((node) => [node.id, quantizedInputs(node, graph, pytorchDialect)]));
}

describe('INT8 in PyTorch programs', () => {
  it('adds what goes around a convolution in INT8, and computes the activation after it along', () => {
    const graph = graphOf(x, conv('a', 'x'), call('sum', 'aten.add_.Tensor', ['a', 'x']), call('y', 'aten.relu_', ['sum']));
    expect(int8(graph)).toEqual({ a: [0], sum: [1], y: [] });
  });

  it('needs ranges for what it adds, also after a convolution that is INT8 already', () => {
    const dequantize = (name: string, input: string): Node => ({ ...call(name, 'quantized_decomposed.dequantize_per_tensor', [input]), source: { outputTypes: ['float32'], inputTypes: ['uint8'] } });
    const weightOf = (node: Node): Node => ({ ...node, inputs: [node.inputs[0]!, { node: 'dequantized', output: 0 }] });
    const before = [x, dequantize('read', 'x'), dequantize('dequantized', 'weight'), weightOf(conv('a', 'read'))];
    const precision = (sum: Node): string => {
      const graph = graphOf(...before, sum);
      return resolvePlan(graph, DEFAULT_CONFIG, { dialect: pytorchDialect, canCalibrate: false }).nodes.get('y')!.precision;
    };
    expect(precision(call('y', 'aten.add.Tensor', ['a', 'x']))).toBe('fp32');
    expect(precision(call('y', 'aten.add.Tensor', ['a', 'read']))).toBe('int8');
  });

  it('takes the first of two convolutions for the accumulator', () => {
    expect(int8(graphOf(x, conv('a', 'x'), conv('b', 'x'), call('y', 'aten.add.Tensor', ['b', 'a'])))).toEqual({ a: [0], b: [0], y: [1] });
  });

  it('hands INT8 through a pooling that a sum and a convolution read', () => {
    const graph = graphOf(x, call('pool', 'aten.max_pool2d', ['x']), conv('a', 'pool'), call('y', 'aten.add.Tensor', ['pool', 'a']));
    expect(int8(graph)).toEqual({ pool: [0], a: [0], y: [0] });
  });

  it.each([
    ['its convolution stays FP32', graphOf(x, conv('a', 'x'), call('y', 'aten.add.Tensor', ['a', 'x'])), { op_type_dict: { 'aten.conv2d': 'fp32' } }],
    ['it is to stay so', graphOf(x, conv('a', 'x'), call('y', 'aten.add.Tensor', ['a', 'x'])), { op_type_dict: { 'aten.add.Tensor': 'fp32' } }],
    ['another op reads the convolution', graphOf(x, conv('a', 'x'), call('b', 'aten.sigmoid', ['a']), call('y', 'aten.add.Tensor', ['a', 'b'])), {}],
    ['a linear op is before it', graphOf(x, call('a', 'aten.linear', ['x', 'weight']), call('y', 'aten.add.Tensor', ['a', 'x'])), {}],
    ['shapes differ', graphOf(x, call('small', 'aten.sigmoid', ['x'], [-1, 8, 1, 1]), conv('a', 'x'), call('y', 'aten.add.Tensor', ['a', 'small'])), {}],
    ['it adds a constant', graphOf(x, conv('a', 'x'), call('y', 'aten.add.Tensor', ['a', 'weight'])), {}],
    ['it adds a multiple', graphOf(x, conv('a', 'x'), call('y', 'aten.add.Tensor', ['a', 'x'], SHAPE, { alpha: { kind: 'int', value: 2n } })), {}],
  ] as const)('leaves a sum in FP32 where %s', (_, graph, config) => {
    expect(int8(graph, config as Partial<TuningConfig>)).not.toHaveProperty('y');
  });

  it('multiplies two computed values of one shape, and no others', () => {
    const gate = (shape: PartialShape): Graph => graphOf(x, call('gate', 'aten.sigmoid', ['x'], shape), call('y', 'aten.mul.Tensor', ['x', 'gate']));
    expect(int8(gate(SHAPE))).toEqual({ y: [0, 1] });
    expect(int8(gate([-1, 8, 1, 1]))).toEqual({});
    expect(int8(graphOf(x, call('y', 'aten.mul.Tensor', ['x', 'weight'])))).toEqual({});
  });
});
