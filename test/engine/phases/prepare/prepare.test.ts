import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, type Preparation } from '../../../../src/engine/config/config';
import { parseConfig } from '../../../../src/engine/config/parse';
import { tensorflowDialect as dialect } from '../../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../../src/engine/graph/graph';
import { Rewriter } from '../../../../src/engine/graph/rewriter';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { foldAndPlan } from '../../../../src/engine/phases/prepare/foldAndPlan';
import { fusePadding } from '../../../../src/engine/phases/prepare/fusePadding';
import { prepare } from '../../../../src/engine/phases/prepare/prepare';
import type { Change } from '../../../../src/engine/snapshot';
import { buildGraph, constant, placeholder, string, type NodeSpec } from '../../../support/graphBuilder';
import { describeGraph, expectValid } from '../../../support/phases';

const T = { T: 'float32' };
const x = placeholder('x', 'float32', [2, 4, 4, 2]);
const node = (name: string, op: string, inputs: readonly string[], attrs: NodeSpec['attrs'] = T): NodeSpec => ({ name, op, inputs, attrs });
const OFF = Object.fromEntries(Object.keys(DEFAULT_CONFIG.preparation).map((key) => [key, false])) as unknown as Preparation;

function prepared(specs: readonly NodeSpec[], rules: Partial<Preparation>, outputs?: string[]): { lines: string[]; graph: Graph; changes: readonly Change[]; merged: ReadonlyMap<string, string> } {
  const rewriter = new Rewriter(buildGraph(specs, { ...(outputs && { outputs }) }), 'quantize');
  const merged = prepare(rewriter, dialect, { ...OFF, ...rules }, NO_PROGRESS);
  const graph = rewriter.finish();
  expectValid(graph);
  return { lines: describeGraph(graph), graph, changes: rewriter.changes, merged };
}

describe('ops that pass a value on', () => {
  const rules = { identity_removal: true, training_node_removal: true };

  it('are gone between what computes it and what reads it', () => {
    const { lines, changes } = prepared([
      x, node('relu', 'Relu', ['x']), node('identity', 'Identity', ['relu']), node('stop', 'StopGradient', ['identity']), node('check', 'CheckNumerics', ['stop'], { ...T, message: string('nan') }),
      node('y', 'Neg', ['check']), node('z', 'Abs', ['identity']),
    ], rules);
    expect(lines).toEqual(['relu: Relu<f> <- x', 'y: Neg<f> <- relu', 'z: Abs<f> <- relu']);
    expect(changes.map(({ rule }) => rule)).toEqual(['remove-identity', 'remove-training-node', 'remove-training-node']);
    expect(changes[1]!.reason).toBe('"stop" is gone: it hands its value on as it is when the model is used.');
  });

  it('go by their own switch', () => {
    const specs = [x, node('identity', 'Identity', ['x']), node('stop', 'StopGradient', ['identity']), node('y', 'Neg', ['stop'])];
    expect(prepared(specs, { identity_removal: true }).lines).toEqual(['stop: StopGradient<f> <- x', 'y: Neg<f> <- stop']);
    expect(prepared(specs, { training_node_removal: true }).lines).toEqual(['identity: Identity<f> <- x', 'y: Neg<f> <- identity']);
    expect(prepared(specs, {}).changes).toEqual([]);
  });

  it.each<[string, NodeSpec[], string[] | undefined]>([
    ['wait for another', [node('identity', 'Identity', ['x', '^first']), node('y', 'Neg', ['identity'])], undefined],
    ['are waited for', [node('identity', 'Identity', ['x']), node('y', 'Neg', ['identity']), node('z', 'Abs', ['x', '^identity'])], undefined],
    ['are fetched', [node('identity', 'Identity', ['x']), node('y', 'Neg', ['identity'])], ['identity', 'y']],
    ['read a variable', [node('v', 'VariableV2', [], { dtype: 'float32', shape: { kind: 'shape', value: [2] } }), node('identity', 'Identity', ['v']), node('y', 'Neg', ['identity'])], undefined],
    ['hand a constant on', [constant('c', 'float32', [2], [1]), node('identity', 'Identity', ['c']), node('y', 'AddV2', ['x', 'identity'])], undefined],
  ])('stay where they %s', (_, specs, outputs) => {
    const { graph, changes } = prepared([x, node('first', 'NoOp', [], {}), ...specs], rules, outputs);
    expect(changes).toEqual([]);
    expect(graph.nodes.has('identity')).toBe(true);
  });
});

describe('repeated ops', () => {
  const rules = { common_subexpressions: true };
  const split = (name: string, input: string): NodeSpec => node(name, 'Unpack', [input], { ...T, num: 2, axis: 0 });

  it('are computed once, as far as they are the same, port by port', () => {
    const { lines, merged, changes } = prepared([
      x, split('a', 'x'), split('b', 'x'), node('p', 'Neg', ['a:1']), node('q', 'Neg', ['b:1']), node('r', 'Neg', ['b']), node('y', 'Sub', ['p', 'q']), node('z', 'Sub', ['p', 'r']),
    ], rules);
    expect(lines).toEqual(['a: Unpack<f,f> <- x', 'p: Neg<f> <- a:1', 'r: Neg<f> <- a', 'y: Sub<f> <- p, p', 'z: Sub<f> <- p, r']);
    expect([...merged]).toEqual([['b', 'a'], ['q', 'p']]);
    expect(changes[0]!.reason).toBe('"b" is gone: "a" computes the same from the same values.');
  });

  it('are the same with small constants of equal numbers, and different with others', () => {
    const scalars = [constant('one', 'float32', [], [1]), constant('uno', 'float32', [], [1]), constant('zero', 'float32', [], [0]), constant('minus', 'float32', [], [-0]), constant('vector', 'float32', [1], [1])];
    const adds = ['one', 'uno', 'zero', 'minus', 'vector'].map((name) => node(`x+${name}`, 'AddV2', ['x', name]));
    const { merged } = prepared([x, ...scalars, ...adds, ...adds.map(({ name }) => node(`-${name}`, 'Neg', [name]))], rules);
    expect([...merged]).toEqual([['x+uno', 'x+one']]);
  });

  it('pass on what waits for them, and keep outputs apart', () => {
    const { lines, graph } = prepared([
      x, node('a', 'Neg', ['x']), node('b', 'Neg', ['x']), node('c', 'Neg', ['x']), node('y', 'Abs', ['a', '^b']), node('z', 'Abs', ['a', '^c']),
    ], rules, ['b', 'y', 'z']);
    // "b" is fetched, so it is the one that stays; "y" and "z" are both fetched.
    expect(lines).toEqual(['b: Neg<f> <- x', 'y: Abs<f> <- b', 'z: Abs<f> <- b']);
    expect(graph.nodes.get('y')!.controlInputs).toEqual(['b']);
  });

  it.each<[string, NodeSpec, NodeSpec]>([
    ['have other attributes', node('a', 'LeakyRelu', ['x'], { ...T, alpha: 0.5 }), node('b', 'LeakyRelu', ['x'], { ...T, alpha: 0.25 })],
    ['read other outputs', node('a', 'Neg', ['two']), node('b', 'Neg', ['two:1'])],
    ['wait for another', node('a', 'Neg', ['x']), node('b', 'Neg', ['x', '^first'])],
    ['are random', node('a', 'RandomUniform', ['shape'], { T: 'int32', dtype: 'float32' }), node('b', 'RandomUniform', ['shape'], { T: 'int32', dtype: 'float32' })],
    ['are on another device', node('a', 'Neg', ['x']), { ...node('b', 'Neg', ['x']), device: '/device:CPU:1' }],
    ['steer', node('a', 'Switch', ['x', 'flag']), node('b', 'Switch', ['x', 'flag'])],
    ['read a variable', node('a', 'Neg', ['v']), node('b', 'Neg', ['v'])],
    ['are inputs', placeholder('a', 'float32', [2]), placeholder('b', 'float32', [2])],
  ])('stay apart where they %s', (_, a, b) => {
    const specs = [
      x, constant('shape', 'int32', [1], [2]), placeholder('flag', 'bool', []), node('first', 'NoOp', [], {}), split('two', 'x'),
      node('v', 'VariableV2', [], { dtype: 'float32', shape: { kind: 'shape', value: [2] } }),
    ];
    expect([...prepared([...specs, a, b, node('y', 'Abs', ['a']), node('z', 'Exp', ['b'])], rules).merged]).toEqual([]);
  });
});

describe('constants', () => {
  const rules = { constant_folding: true };

  it('that are computed from constants are computed once, where the model reads them', () => {
    const { lines, graph, changes } = prepared([
      placeholder('m', 'float32', [1, 3]), constant('half', 'float32', [2, 3], [0.5, 1, 1.5, 2, 2.5, 3]), node('wide', 'AddV2', ['half', 'half']),
      constant('perm', 'int32', [2], [1, 0]), node('turned', 'Transpose', ['wide', 'perm'], { ...T, Tperm: 'int32' }),
      node('y', 'MatMul', ['m', 'turned'], { ...T, transpose_a: false, transpose_b: false }),
    ], rules);
    expect(lines).toEqual(['y: MatMul<f> <- m']);
    expect(dialect.constantTensor(graph.nodes.get('turned')!)).toEqual({ dtype: 'float32', shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) });
    expect(changes.map(({ reason }) => reason)).toEqual(['2 operations on constants are computed once: "turned" is now the constant they always gave.']);
    expect(graph.nodes.has('half')).toBe(false);
  });

  it('that several ops compute alike are one', () => {
    const turn = (name: string, of: string, perm = 'perm'): NodeSpec => node(name, 'Transpose', [of, perm], { ...T, Tperm: 'int32' });
    const product = (name: string, weights: string): NodeSpec => node(name, 'MatMul', ['m', weights], { ...T, transpose_a: false, transpose_b: false });
    const { lines, graph, changes } = prepared([
      placeholder('m', 'float32', [1, 12]), constant('w', 'float32', [9, 12], [1]), constant('perm', 'int32', [2], [1, 0]), constant('same', 'int32', [2], [1, 0]),
      node('read', 'Identity', ['w']), turn('first', 'w'), turn('second', 'read', 'same'), node('negative', 'Neg', ['first']), node('minus', 'Neg', ['second']),
      ...['first', 'second', 'negative', 'minus'].map((weights) => product(`by ${weights}`, weights)),
    ], rules);
    expect(lines).toEqual(['by first: MatMul<f> <- m', 'by second: MatMul<f> <- m', 'by negative: MatMul<f> <- m', 'by minus: MatMul<f> <- m']);
    expect([...graph.nodes.values()].filter(({ op }) => op === 'MatMul').map(({ inputs }) => inputs[1]!.node)).toEqual(['first', 'first', 'negative', 'negative']);
    expect(changes.map(({ reason }) => reason)).toContain('"second" is gone: "first" is the constant it always gave.');
    expect(['w', 'read', 'second', 'minus'].filter((id) => graph.nodes.has(id))).toEqual([]);
  });

  it('do not grow beyond twice what the model has', () => {
    const big = constant('c0', 'float32', [300_000], [1]);
    const chain = Array.from({ length: 50 }, (_, index) => node(`c${index + 1}`, 'Neg', [`c${index}`]));
    const wide = placeholder('wide', 'float32', [300_000]);
    const { graph } = prepared([wide, big, ...chain, node('y', 'AddV2', ['wide', 'c50'])], rules);
    expect(graph.nodes.size).toBeGreaterThan(45);
    const outer = [constant('column', 'float32', [3000, 1], [1]), constant('row', 'float32', [1, 3000], [1]), node('table', 'AddV2', ['column', 'row']), node('y', 'AddV2', ['wide', 'table'])];
    expect(prepared([wide, ...outer], rules).changes).toEqual([]);
  });

  it('stay computed where something has to happen before', () => {
    expect(prepared([x, constant('c', 'float32', [], [1]), node('first', 'NoOp', [], {}), node('d', 'Neg', ['c', '^first']), node('y', 'AddV2', ['x', 'd'])], rules).changes).toEqual([]);
  });
});

describe('padding before a convolution', () => {
  const weights = constant('w', 'float32', [3, 3, 2, 2], [1]);
  const paddings = (values: readonly number[]): NodeSpec => constant('paddings', 'int32', [4, 2], values);
  const conv = (attrs: NodeSpec['attrs'] = {}, op = 'Conv2D', input = 'pad'): NodeSpec => node('y', op, [input, 'w'], { ...T, strides: [1, 2, 2, 1], padding: 'VALID', data_format: 'NHWC', ...attrs });
  const pad = node('pad', 'Pad', ['x', 'paddings'], { ...T, Tpaddings: 'int32' });
  const AROUND = [0, 0, 1, 2, 3, 0, 0, 0];

  function fused(specs: readonly NodeSpec[]): Graph {
    const rewriter = new Rewriter(buildGraph(specs), 'quantize');
    fusePadding(rewriter, dialect, (id) => id !== 'unwanted', NO_PROGRESS);
    expectValid(rewriter.finish());
    return rewriter.finish();
  }

  it('becomes its own', () => {
    const graph = fused([x, weights, paddings(AROUND), pad, conv()]);
    expect([...graph.nodes.keys()]).toEqual(['x', 'w', 'y']);
    const { inputs, attributes } = graph.nodes.get('y')!;
    expect(inputs[0]).toEqual({ node: 'x', output: 0 });
    expect(attributes.get('explicit_paddings')).toEqual({ kind: 'ints', value: AROUND });
    expect(attributes.get('padding')).toEqual(string('EXPLICIT'));
  });

  it('stays where another op reads it', () => {
    expect(describeGraph(fused([x, weights, paddings(AROUND), pad, conv(), node('z', 'Neg', ['pad'])]))).toEqual(['pad: Pad<f> <- x', 'y: Conv2D<f> <- x', 'z: Neg<f> <- pad']);
  });

  it.each<[string, NodeSpec[]]>([
    ['pads channels', [paddings([0, 0, 1, 1, 1, 1, 1, 1]), pad, conv()]],
    ['pads samples', [paddings([1, 0, 1, 1, 1, 1, 0, 0]), pad, conv()]],
    ['is followed by one that pads as well', [paddings(AROUND), pad, conv({ padding: 'SAME' })]],
    ['depends on an input', [placeholder('paddings', 'int32', [4, 2]), pad, conv()]],
    ['pads with ones', [paddings(AROUND), constant('one', 'float32', [], [1]), { ...pad, op: 'PadV2', inputs: ['x', 'paddings', 'one'] }, conv()]],
    ['mirrors', [paddings(AROUND), { ...pad, op: 'MirrorPad', attrs: { ...pad.attrs, mode: 'REFLECT' } }, conv()]],
    ['has channels elsewhere', [paddings(AROUND), pad, conv({ data_format: 'NCHW' })]],
    ['is followed by a depthwise one, which TensorFlow cannot fuse with a bias then', [paddings(AROUND), pad, conv({}, 'DepthwiseConv2dNative')]],
    ['waits for another', [paddings(AROUND), node('first', 'NoOp', [], {}), { ...pad, inputs: ['x', 'paddings', '^first'] }, conv()]],
  ])('stays where it %s', (_, specs) => {
    expect([...fused([x, weights, ...specs]).nodes.keys()]).toContain('pad');
  });
});

describe('the graph that precisions are decided on', () => {
  const specs = [
    x, constant('w', 'float32', [1, 1, 2, 2], [1]), node('identity', 'Identity', ['x']), node('a', 'Conv2D', ['identity', 'w'], { ...T, strides: [1, 1, 1, 1], padding: 'VALID' }),
    node('b', 'Conv2D', ['x', 'w'], { ...T, strides: [1, 1, 1, 1], padding: 'VALID' }), node('y', 'Exp', ['a']), node('z', 'Log', ['b']),
  ];
  const planned = (config: object) => {
    const graph = buildGraph(specs);
    return { graph, ...foldAndPlan(graph, parseConfig(JSON.stringify(config), 'c.json').config, { dialect, canCalibrate: true }, NO_PROGRESS) };
  };

  it('is prepared, and ops that others stand for are planned as those are', () => {
    const { folded, plan, rewriter } = planned({});
    expect(describeGraph(folded)).toEqual(['a: Conv2D<f> <- x', 'y: Exp<f> <- a', 'z: Log<f> <- a']);
    expect([plan.nodes.get('a')!.precision, plan.nodes.get('b')!.precision]).toEqual(['int8', 'int8']);
    expect(rewriter.changes.map(({ rule }) => rule)).toEqual(['remove-identity', 'merge-repeated']);
  });

  it('is the graph as it is where everything stays FP32', () => {
    const { graph, folded, rewriter } = planned({ op_name_dict: { '.*': 'fp32' } });
    expect(folded).toBe(graph);
    expect(rewriter.changes).toEqual([]);
  });

  it('is prepared by the rules that are on', () => {
    const { folded } = planned({ preparation: { common_subexpressions: false } });
    expect(describeGraph(folded)).toEqual(['a: Conv2D<f> <- x', 'b: Conv2D<f> <- x', 'y: Exp<f> <- a', 'z: Log<f> <- b']);
  });
});
