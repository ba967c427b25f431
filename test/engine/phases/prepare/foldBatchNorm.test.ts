import { describe, expect, it } from 'vitest';
import { tensorflowDialect } from '../../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../../src/engine/graph/graph';
import { Rewriter } from '../../../../src/engine/graph/rewriter';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { foldBatchNorm } from '../../../../src/engine/phases/prepare/foldBatchNorm';
import type { Change } from '../../../../src/engine/snapshot';
import { buildGraph, constant, float, placeholder, type NodeSpec } from '../../../support/graphBuilder';
import { evaluate, type Array64 } from '../../../support/referenceKernels';

const T = 'float32';

function fold(graph: Graph, isWanted: (id: string) => boolean = () => true): { graph: Graph; changes: readonly Change[] } {
  const rewriter = new Rewriter(graph, 'quantize');
  foldBatchNorm(rewriter, tensorflowDialect, (node) => isWanted(node.id), NO_PROGRESS);
  return { graph: rewriter.finish(), changes: rewriter.changes };
}

/** Reproducible numbers in (-1, 1), without 0. */
const numbers = (count: number, seed: number): number[] => Array.from({ length: count }, (_, i) => Math.sin(1 + seed * 7.3 + i * 1.7));
const floats = (name: string, shape: readonly number[], seed: number): NodeSpec =>
  constant(name, T, shape, numbers(shape.reduce((a, b) => a * b, 1), seed));
const positive = (name: string, shape: readonly number[], seed: number): NodeSpec =>
  constant(name, T, shape, numbers(shape.reduce((a, b) => a * b, 1), seed).map((x) => x * x + 0.1));

function conv(out: number, format = 'NHWC'): NodeSpec[] {
  return [
    floats('w', [1, 1, 3, out], 1),
    { name: 'conv', op: 'Conv2D', inputs: ['x', 'w'], attrs: { T, strides: [1, 1, 1, 1], padding: 'VALID', data_format: format } },
  ];
}

const x: NodeSpec = placeholder('x', T, [1, -1, -1, -1]);
const vectors = (out: number): NodeSpec[] => [floats('gamma', [out], 2), floats('beta', [out], 3), floats('mean', [out], 4), positive('variance', [out], 5)];

const fused = (input: string, attrs: NodeSpec['attrs'] = {}, op = 'FusedBatchNormV3'): NodeSpec => ({
  name: 'bn', op, inputs: [input, 'gamma', 'beta', 'mean', 'variance'], attrs: { T, U: T, epsilon: 0.001, is_training: false, ...attrs },
});

/** As Keras 3 writes it: x·(γ/√(σ²+ε)) + (β - μ·γ/√(σ²+ε)). */
function decomposed(input: string): NodeSpec[] {
  return [
    constant('epsilon', T, [], [0.001]),
    { name: 'read', op: 'Identity', inputs: ['variance'], attrs: { T } },
    { name: 'add', op: 'AddV2', inputs: ['read', 'epsilon'], attrs: { T } },
    { name: 'rsqrt', op: 'Rsqrt', inputs: ['add'], attrs: { T } },
    { name: 'mul', op: 'Mul', inputs: ['rsqrt', 'gamma'], attrs: { T } },
    { name: 'mul_1', op: 'Mul', inputs: [input, 'mul'], attrs: { T } },
    { name: 'mul_2', op: 'Mul', inputs: ['mean', 'mul'], attrs: { T } },
    { name: 'sub', op: 'Sub', inputs: ['beta', 'mul_2'], attrs: { T } },
    { name: 'bn', op: 'AddV2', inputs: ['mul_1', 'sub'], attrs: { T } },
  ];
}

const relu: NodeSpec = { name: 'relu', op: 'Relu', inputs: ['bn'], attrs: { T } };

function expectSameValues(before: Graph, after: Graph, output: string, feed: Array64): void {
  const [expected, actual] = [evaluate(before, output, { x: feed }), evaluate(after, output, { x: feed })];
  expect(actual.shape).toEqual(expected.shape);
  const largest = Math.max(...expected.data.map(Math.abs));
  expect(largest).toBeGreaterThan(0.01);
  actual.data.forEach((value, i) => expect(Math.abs(value - expected.data[i]!)).toBeLessThan(1e-6 * (1 + largest)));
}

const pixel: Array64 = { shape: [1, 1, 1, 3], data: [0.3, -1.2, 0.8] };

describe('folding batch normalisation', () => {
  const biased: NodeSpec[] = [floats('b', [4], 8), { name: 'bias', op: 'BiasAdd', inputs: ['conv', 'b'], attrs: { T } }];
  const forms: Record<string, NodeSpec[]> = {
    'one op': [...conv(4), ...vectors(4), fused('conv')],
    'one op of version 1': [...conv(4), ...vectors(4), { ...fused('conv', {}, 'FusedBatchNorm') }],
    'one op after a bias': [...conv(4), ...biased, ...vectors(4), fused('bias')],
    'taken apart': [...conv(4), ...vectors(4), ...decomposed('conv')],
    'taken apart, after a bias': [...conv(4), ...biased, ...vectors(4), ...decomposed('bias')],
    'operands the other way round': [
      ...conv(4), floats('s', [4], 2), floats('t', [1, 1, 1, 4], 3),
      { name: 'scaled', op: 'Mul', inputs: ['s', 'conv'], attrs: { T } }, { name: 'bn', op: 'Add', inputs: ['t', 'scaled'], attrs: { T } },
    ],
    'a subtraction and one factor for all': [
      ...conv(4), constant('s', T, [], [0.7]), floats('t', [4], 3),
      { name: 'scaled', op: 'Mul', inputs: ['conv', 's'], attrs: { T } }, { name: 'bn', op: 'Sub', inputs: ['scaled', 't'], attrs: { T } },
    ],
  };

  it.each(Object.entries(forms))('%s: the weights change, one bias addition is left', (_, nodes) => {
    const before = buildGraph([x, ...nodes, relu]);
    const { graph: after, changes } = fold(before);
    expect([...after.nodes.keys()].sort()).toEqual(['bn', 'bn/bias', 'conv', 'relu', 'w', 'x']);
    expect(after.nodes.get('bn')).toMatchObject({ name: 'bn', op: 'BiasAdd', inputs: [{ node: 'conv', output: 0 }, { node: 'bn/bias', output: 0 }] });
    expect(after.nodes.get('conv')).toBe(before.nodes.get('conv'));
    expectSameValues(before, after, 'relu', pixel);
    expect(changes.at(-1)).toMatchObject({ rule: 'fold-batch-norm', phase: 'quantize' });
    expect(changes.at(-1)!.after).toEqual(['w', 'bn/bias', 'bn']);
  });

  it('channels first', () => {
    const first = { data_format: 'NCHW' };
    const before = buildGraph([x, ...conv(4, 'NCHW'), ...vectors(4), fused('conv', first), relu]);
    const { graph: after } = fold(before);
    expect(after.nodes.get('bn')!.attributes.get('data_format')).toMatchObject({ kind: 'string', value: new TextEncoder().encode('NCHW') });
    expectSameValues(before, after, 'relu', { shape: [1, 3, 1, 1], data: pixel.data });
    const scaled: NodeSpec[] = [
      floats('s', [4, 1, 1], 2), floats('t', [1, 4, 1, 1], 3),
      { name: 'scaled', op: 'Mul', inputs: ['conv', 's'], attrs: { T } }, { name: 'bn', op: 'AddV2', inputs: ['scaled', 't'], attrs: { T } },
    ];
    const taken = buildGraph([x, ...conv(4, 'NCHW'), ...scaled, relu]);
    expectSameValues(taken, fold(taken).graph, 'relu', { shape: [1, 3, 1, 1], data: pixel.data });
    expect(fold(taken).graph.nodes.get('bn')!.op).toBe('BiasAdd');
  });

  it.each([
    ['DepthwiseConv2dNative', [2, 2, 3, 2], [1, 2, 2, 3], 6],
    ['Conv2D', [2, 2, 3, 5], [1, 2, 2, 3], 5],
    ['MatMul', [3, 4], [1, 3], 4],
  ] as const)('after %s with weights %j', (op, weight, input, out) => {
    const attrs: NodeSpec['attrs'] = op === 'MatMul' ? { T } : { T, strides: [1, 1, 1, 1], padding: 'VALID' };
    const before = buildGraph([x, floats('w', weight, 1), { name: 'conv', op, inputs: ['x', 'w'], attrs }, ...vectors(out), ...decomposed('conv'), relu]);
    const { graph: after } = fold(before);
    expect(after.nodes.get('bn')!.op).toBe('BiasAdd');
    expectSameValues(before, after, 'relu', { shape: input, data: numbers(input.reduce<number>((a, b) => a * b, 1), 9) });
  });

  it('after MatMul with transposed weights, and after Conv2DBackpropInput', () => {
    const transposed = buildGraph([
      x, floats('w', [4, 3], 1), { name: 'conv', op: 'MatMul', inputs: ['x', 'w'], attrs: { T, transpose_b: true } }, ...vectors(4), ...decomposed('conv'), relu,
    ]);
    expect(fold(transposed).graph.nodes.get('bn')!.op).toBe('BiasAdd');
    expectSameValues(transposed, fold(transposed).graph, 'relu', { shape: [1, 3], data: [1, -2, 0.5] });
    const deconvolution = buildGraph([
      x, floats('w', [2, 2, 4, 3], 1), constant('sizes', 'int32', [4], [1, 2, 2, 4]),
      { name: 'conv', op: 'Conv2DBackpropInput', inputs: ['sizes', 'w', 'x'], attrs: { T, strides: [1, 1, 1, 1], padding: 'VALID' } },
      ...vectors(4), fused('conv'), relu,
    ]);
    expect(fold(deconvolution).graph.nodes.get('bn')!.op).toBe('BiasAdd');
    expectSameValues(deconvolution, fold(deconvolution).graph, 'relu', pixel);
  });

  it('gives each reader of a shared weight its own copy', () => {
    const branch = (name: string, bn: string, seed: number): NodeSpec[] => [
      { name, op: 'Conv2D', inputs: ['x', 'w'], attrs: { T, strides: [1, 1, 1, 1], padding: 'VALID' } },
      floats(`${bn}/s`, [4], seed), floats(`${bn}/t`, [4], seed + 1),
      { name: `${bn}/mul`, op: 'Mul', inputs: [name, `${bn}/s`], attrs: { T } }, { name: bn, op: 'AddV2', inputs: [`${bn}/mul`, `${bn}/t`], attrs: { T } },
    ];
    const before = buildGraph([
      x, floats('w', [1, 1, 3, 4], 1), ...branch('c1', 'n1', 20), ...branch('c2', 'n2', 30), { name: 'sum', op: 'AddV2', inputs: ['n1', 'n2'], attrs: { T } },
    ]);
    const { graph: after } = fold(before);
    expect([after.nodes.get('n1')!.op, after.nodes.get('n2')!.op]).toEqual(['BiasAdd', 'BiasAdd']);
    expectSameValues(before, after, 'sum', pixel);
  });

  it('keeps the device, the order and the ids others wait for', () => {
    const before = buildGraph([
      x, { name: 'init', op: 'NoOp' }, { name: 'late', op: 'NoOp' }, ...conv(4), floats('s', [4], 2), floats('t', [4], 3),
      { name: 'scaled', op: 'Mul', inputs: ['conv', 's', '^init'], attrs: { T } },
      { name: 'bn', op: 'AddV2', inputs: ['scaled', 't', '^late'], attrs: { T }, device: '/cpu:0' },
      { name: 'waiting', op: 'NoOp', inputs: ['^scaled'] }, relu,
    ]);
    const { graph: after } = fold(before);
    expect(after.nodes.get('bn')).toMatchObject({ op: 'BiasAdd', device: '/cpu:0', controlInputs: ['init', 'late'] });
    expect(after.nodes.get('waiting')!.controlInputs).toEqual(expect.arrayContaining(['init', 'conv']));
    for (const node of after.nodes.values()) for (const id of node.controlInputs) expect(after.nodes.has(id)).toBe(true);
  });

  it('ties the new constants to the loop or branch of the old ones', () => {
    const tied = (spec: NodeSpec): NodeSpec => ({ ...spec, inputs: ['^init'] });
    const before = buildGraph([
      x, { name: 'init', op: 'NoOp' }, ...conv(4).map((spec) => (spec.name === 'w' ? tied(spec) : spec)), ...vectors(4).map(tied), ...decomposed('conv'), relu,
    ]);
    const { graph: after } = fold(before);
    expect(after.nodes.get('w')!.controlInputs).toEqual(['init']);
    expect(after.nodes.get('bn/bias')!.controlInputs).toEqual(['init']);
  });

  it('treats only the ops asked for', () => {
    const before = buildGraph([x, ...conv(4), ...vectors(4), ...decomposed('conv'), relu]);
    const { graph: after, changes } = fold(before, () => false);
    expect(changes).toEqual([]);
    expect([...after.nodes.values()]).toEqual([...before.nodes.values()]);
  });
});

describe('what is not folded', () => {
  const cases: Record<string, NodeSpec[]> = {
    'batch normalisation that is training': [...conv(4), ...vectors(4), fused('conv', { is_training: true })],
    'batch normalisation that does not say it is not training': [
      ...conv(4), ...vectors(4), { name: 'bn', op: 'FusedBatchNorm', inputs: ['conv', 'gamma', 'beta', 'mean', 'variance'], attrs: { T } },
    ],
    'one whose mean is fetched': [...conv(4), ...vectors(4), fused('conv'), { name: 'stats', op: 'Neg', inputs: ['bn:1'], attrs: { T } }],
    'a convolution that something else reads': [...conv(4), ...vectors(4), fused('conv'), { name: 'other', op: 'Neg', inputs: ['conv'], attrs: { T } }],
    'a negative variance': [
      ...conv(4), ...vectors(4).filter(({ name }) => name !== 'variance'), constant('variance', T, [4], [-1]), fused('conv'),
    ],
    'weights that are computed': [
      { name: 'w', op: 'Relu', inputs: ['x'], attrs: { T } }, ...conv(4).slice(1), ...vectors(4), fused('conv'),
    ],
    'factors along another axis': [
      ...conv(4), floats('s', [4, 1], 2), floats('t', [4], 3),
      { name: 'scaled', op: 'Mul', inputs: ['conv', 's'], attrs: { T } }, { name: 'bn', op: 'AddV2', inputs: ['scaled', 't'], attrs: { T } },
    ],
    'factors that widen a single channel': [
      ...conv(1), floats('s', [4], 2), floats('t', [4], 3),
      { name: 'scaled', op: 'Mul', inputs: ['conv', 's'], attrs: { T } }, { name: 'bn', op: 'AddV2', inputs: ['scaled', 't'], attrs: { T } },
    ],
    'factors that add an axis': [
      ...conv(4), floats('s', [1, 1, 1, 1, 4], 2), floats('t', [4], 3),
      { name: 'scaled', op: 'Mul', inputs: ['conv', 's'], attrs: { T } }, { name: 'bn', op: 'AddV2', inputs: ['scaled', 't'], attrs: { T } },
    ],
    'a constant minus the convolution': [
      ...conv(4), floats('s', [4], 2), floats('t', [4], 3),
      { name: 'scaled', op: 'Mul', inputs: ['conv', 's'], attrs: { T } }, { name: 'bn', op: 'Sub', inputs: ['t', 'scaled'], attrs: { T } },
    ],
    'a bias alone': [...conv(4), floats('t', [4], 3), { name: 'bn', op: 'BiasAdd', inputs: ['conv', 't'], attrs: { T } }],
    'a factor alone': [...conv(4), floats('s', [4], 3), { name: 'bn', op: 'Mul', inputs: ['conv', 's'], attrs: { T } }],
  };

  it.each(Object.entries(cases))('%s', (_, nodes) => {
    const before = buildGraph([x, ...nodes, relu]);
    const { graph: after, changes } = fold(before);
    expect(changes).toEqual([]);
    expect([...after.nodes.values()]).toEqual([...before.nodes.values()]);
  });

  it('what comes after a convolution the caller fetches', () => {
    const before = buildGraph([x, ...conv(4), ...vectors(4), fused('conv'), relu], { outputs: ['conv', 'relu'] });
    expect(fold(before).changes).toEqual([]);
  });

  it('batch normalisation on channels at the other end', () => {
    const before = buildGraph([x, ...conv(4), ...vectors(4), fused('conv', { data_format: 'NCHW' }), relu]);
    expect(fold(before).changes).toEqual([]);
  });

  it('a factor after the last addition stays', () => {
    const before = buildGraph([x, ...conv(4), ...vectors(4), fused('conv', { epsilon: float(1) }), constant('two', T, [], [2]), { name: 'twice', op: 'Mul', inputs: ['bn', 'two'], attrs: { T } }]);
    const { graph: after } = fold(before);
    expect([after.nodes.get('bn')!.op, after.nodes.get('twice')!.op]).toEqual(['BiasAdd', 'Mul']);
    expectSameValues(before, after, 'twice', pixel);
  });
});
