import { describe, expect, it } from 'vitest';
import type { GraphView } from '../../../webview/protocol';
import type { TuningConfig } from '../../../src/engine/config/config';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../src/engine/graph/graph';
import { Display } from '../../../src/engine/report/display';
import type { Change, Snapshot } from '../../../src/engine/snapshot';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { runAllPhases } from '../../support/snapshots';

const op = (name: string, type: string, inputs: string[], T = 'float32', attrs: NodeSpec['attrs'] = {}): NodeSpec => ({ name, op: type, inputs, attrs: { T, ...attrs } });
const cast = (name: string, input: string, SrcT: string, DstT: string): NodeSpec => ({ name, op: 'Cast', inputs: [input], attrs: { SrcT, DstT } });
const x = placeholder('x', 'float32', [2, 4]);
const weight = constant('w', 'float32', [4, 4], [0.5]);
const end = (input: string): NodeSpec => op('end', 'Identity', [input]);

function view(snapshots: readonly Snapshot[]): GraphView {
  const display = new Display(snapshots[0]!, dialect);
  return { model: { name: 'model.pb', format: 'TensorFlow' }, nodes: display.nodes, edges: display.edges, snapshots: snapshots.map((snapshot) => display.add(snapshot)) };
}
const opened = (graph: Graph): Snapshot => ({ phase: undefined, graph, changes: [], seconds: 0 });
const run = async (nodes: readonly NodeSpec[], config: Partial<TuningConfig>, range?: { min: number; max: number }): Promise<GraphView> =>
  view((await runAllPhases(buildGraph(nodes), config, range)).snapshots);

const edges = ({ nodes, edges: all }: GraphView): string[] => all.map(({ source, sourceOutput, target, targetInput }) => `${nodes[source]!.name}:${sourceOutput} -> ${nodes[target]!.name}:${targetInput}`);
/** Marks of each snapshot as `a -> b: label`, ghosts in brackets. */
const marks = (graph: GraphView): string[][] => graph.snapshots.map((snapshot) => snapshot.marks.map(({ edge, label, state }) => {
  const { source, target } = graph.edges[edge]!;
  return `${graph.nodes[source]!.name} -> ${graph.nodes[target]!.name}: ${state === 'folded' ? `[${label}]` : label}`;
}));
const precisionOf = (graph: GraphView, name: string): unknown[] => graph.snapshots.map(({ precision }) => precision[graph.nodes.findIndex((node) => node.name === name)]);

describe('the picture of the opened model', () => {
  it('has ops with their scopes, but no constants, Casts, Quantize or Dequantize', () => {
    const graph = buildGraph([
      x, weight, op('read', 'Identity', ['w']), constant('min', 'float32', [], [-1]), constant('max', 'float32', [], [1]),
      { name: 'q', op: 'QuantizeV2', inputs: ['x', 'min', 'max'], attrs: { T: 'quint8' } },
      { name: 'dq', op: 'Dequantize', inputs: ['q', 'min', 'max'], attrs: { T: 'quint8' } },
      op('block/dense/MatMul', 'MatMul', ['dq', 'read']), cast('down', 'block/dense/MatMul', 'float32', 'bfloat16'), op('relu', 'Relu', ['down'], 'bfloat16'),
      cast('up', 'relu', 'bfloat16', 'float32'), end('up'),
    ]);
    const picture = view([opened(graph)]);
    expect(picture.nodes).toEqual([
      { id: 'x', name: 'x', op: 'Placeholder', scope: [], kind: 'input' },
      { id: 'block/dense/MatMul', name: 'block/dense/MatMul', op: 'MatMul', scope: ['block', 'dense'], kind: 'op' },
      { id: 'relu', name: 'relu', op: 'Relu', scope: [], kind: 'op' },
      { id: 'end', name: 'end', op: 'Identity', scope: [], kind: 'output' },
    ]);
    expect(edges(picture)).toEqual(['x:0 -> block/dense/MatMul:0', 'block/dense/MatMul:0 -> relu:0', 'relu:0 -> end:0']);
    expect(marks(picture)).toEqual([['x -> block/dense/MatMul: 8', 'block/dense/MatMul -> relu: F→B', 'relu -> end: B→F']]);
    expect(picture.snapshots[0]).toMatchObject({ casts: 0, quantizes: 0, dequantizes: 0, changes: [] });
  });

  it('keeps ops on constants, and Casts that are no boundary', () => {
    const graph = buildGraph([weight, op('negative', 'Neg', ['w']), placeholder('i', 'int32', [2, 4]), cast('count', 'i', 'int32', 'float32'), op('y', 'MatMul', ['count', 'negative']), end('y')]);
    expect(view([opened(graph)]).nodes.map(({ name }) => name)).toEqual(['negative', 'i', 'count', 'y', 'end']);
  });

  it('keeps outputs and inputs apart', () => {
    const graph = buildGraph([
      placeholder('x', 'float32', [4]), constant('axis', 'int32', [], [0]), { name: 'split', op: 'Split', inputs: ['axis', 'x'], attrs: { T: 'float32', num_split: 2 } },
      op('sub', 'Sub', ['split:1', 'split']), end('sub'),
    ]);
    expect(edges(view([opened(graph)]))).toEqual(['x:0 -> split:1', 'split:1 -> sub:0', 'split:0 -> sub:1', 'sub:0 -> end:0']);
  });

  it('says how many elements its edges carry, where the model tells', () => {
    const graph = buildGraph([
      x, weight, cast('down', 'x', 'float32', 'bfloat16'), cast('up', 'down', 'bfloat16', 'float32'), op('m', 'MatMul', ['up', 'w']), placeholder('n', 'float32', [-1, 4]), op('sum', 'AddV2', ['m', 'n']),
      constant('axes', 'int32', [2], [0, 1]), op('all', 'Sum', ['m', 'axes'], 'float32', { Tidx: 'int32' }), placeholder('none', 'float32', [0, 4]), op('joined', 'Pack', ['all'], 'float32', { N: 1 }), op('e', 'Exp', ['none']),
    ]);
    const { nodes, edges: all } = view([opened(graph)]);
    const sizes = all.map(({ source, target, elements }) => `${nodes[source]!.name} -> ${nodes[target]!.name}: ${elements}`);
    expect(sizes.slice(0, 6)).toEqual(['x -> m: 8', 'm -> sum: 8', 'n -> sum: undefined', 'm -> all: 8', 'all -> joined: 1', 'none -> e: 0']);
  });

  it('ends in a node for each fetched value that an op computes', () => {
    const graph = buildGraph([x, op('a', 'Exp', ['x']), op('b', 'Exp', ['a'])], { outputs: ['a', 'b'] });
    const picture = view([opened(graph)]);
    expect(picture.nodes.slice(3)).toEqual([
      { id: 'output:a', name: 'a', op: 'Output', scope: [], kind: 'output' },
      { id: 'output:b', name: 'b', op: 'Output', scope: [], kind: 'output' },
    ]);
    expect(edges(picture)).toEqual(['x:0 -> a:0', 'a:0 -> b:0', 'a:0 -> a:0', 'b:0 -> b:0']);
    expect(picture.edges[2]).toMatchObject({ source: 1, target: 3 });
  });
});

describe('the snapshots of a conversion', () => {
  it('show Casts where they stand, and as ghosts where they were folded', async () => {
    const nodes = [x, weight, op('m1', 'MatMul', ['x', 'w']), op('abs', 'Abs', ['m1']), op('m2', 'MatMul', ['abs', 'w']), op('exp', 'Exp', ['m2']), end('exp')];
    const graph = await run(nodes, { use_bf16: true });
    expect(marks(graph)).toEqual([
      [],
      [],
      ['x -> m1: F→B', 'm1 -> abs: B→F', 'abs -> m2: F→B', 'm2 -> exp: B→F'],
      ['x -> m1: F→B', 'm1 -> abs: [B→F→B]', 'abs -> m2: [B→F→B]', 'm2 -> exp: B→F'],
    ]);
    expect(precisionOf(graph, 'abs')).toEqual(['fp32', 'fp32', 'fp32', 'bf16']);
    expect(graph.snapshots.map(({ casts }) => casts)).toEqual([0, 0, 4, 2]);
    expect(graph.snapshots.map(({ phase }) => phase)).toEqual([undefined, 'quantize', 'bf16', 'optimize']);
    const ids = graph.snapshots[2]!.marks.flatMap((mark) => mark.nodes);
    expect(new Set(ids).size).toBe(4);
  });

  it('show the Cast before a fetched value on the edge to its end', async () => {
    const graph = await run([x, weight, op('y', 'MatMul', ['x', 'w'])], { use_bf16: true });
    expect(marks(graph)[3]).toEqual(['x -> y: F→B', 'y -> y: B→F']);
    expect(graph.nodes[graph.edges[1]!.target]!.kind).toBe('output');
  });

  it('show Quantize and Dequantize as one mark', async () => {
    const graph = await run([x, weight, op('m1', 'MatMul', ['x', 'w']), op('m2', 'MatMul', ['m1', 'w']), end('m2')], {}, { min: -1, max: 1 });
    expect(marks(graph)[1]).toEqual(['x -> m1: 8', 'm1 -> m2: 8']);
    expect(graph.snapshots[1]).toMatchObject({ quantizes: 2, dequantizes: 3, casts: 0 });
    expect(graph.snapshots[1]!.marks[0]).toMatchObject({ kind: 'quantize', nodes: ['x/quantize', 'x/dequantize'] });
    expect(precisionOf(graph, 'm1')).toEqual(['fp32', 'int8', 'int8', 'int8']);
  });

  it('show a Cast and INT8 on the same edge as two marks', async () => {
    const config = { use_bf16: true, bf16_ops: ['Exp', 'MatMul'], op_name_dict: { exp: 'bf16', m1: 'int8' } } as const;
    const graph = await run([x, weight, op('exp', 'Exp', ['x']), op('m1', 'MatMul', ['exp', 'w']), end('m1')], config, { min: -1, max: 1 });
    expect(marks(graph)[2]).toEqual(['x -> exp: F→B', 'exp -> m1: B→F', 'exp -> m1: 8']);
  });

  it('show what became of folded batch normalisation', async () => {
    const nodes = [
      x, weight, op('m1', 'MatMul', ['x', 'w']), constant('s', 'float32', [4], [2]), constant('t', 'float32', [4], [1]),
      op('scaled', 'Mul', ['m1', 's']), op('bn', 'AddV2', ['scaled', 't']), end('bn'),
    ];
    const graph = await run(nodes, {}, { min: -1, max: 1 });
    expect(precisionOf(graph, 'scaled')).toEqual(['fp32', undefined, undefined, undefined]);
    expect(precisionOf(graph, 'bn')).toEqual(['fp32', 'int8', 'int8', 'int8']);
    const at = graph.nodes.findIndex(({ name }) => name === 'bn');
    expect(graph.snapshots.map(({ ops }) => ops[at])).toEqual([undefined, 'BiasAdd', 'BiasAdd', 'BiasAdd']);
  });

  it('do not count the Casts the model came with', async () => {
    const nodes = [x, cast('down', 'x', 'float32', 'bfloat16'), op('y', 'Exp', ['down'], 'bfloat16'), cast('up', 'y', 'bfloat16', 'float32'), end('up')];
    const graph = await run(nodes, {});
    expect(graph.snapshots.map(({ casts }) => casts)).toEqual([0, 0, 0, 0]);
    expect(marks(graph)[3]).toEqual(['x -> y: F→B', 'y -> end: B→F']);
  });

  it('have a precision for every node of the picture, and counts for every node of the graph', async () => {
    const { snapshots } = await runAllPhases(buildGraph([x, weight, op('m1', 'MatMul', ['x', 'w']), op('exp', 'Exp', ['m1'])]), { use_bf16: true }, { min: -1, max: 1 });
    const graph = view(snapshots);
    graph.snapshots.forEach((snapshot, index) => {
      expect(snapshot.precision).toHaveLength(graph.nodes.length);
      const { fp32, bf16, int8, other } = snapshot.counts;
      expect(fp32 + bf16 + int8 + other).toBe(snapshots[index]!.graph.nodes.size);
    });
  });
});

describe('the changes of a phase', () => {
  /** Changes of a snapshot as `rule: nodes`. */
  const changes = (graph: GraphView, snapshot: number): string[] => graph.snapshots[snapshot]!.changes.map(({ rule, nodes }) => `${rule}: ${nodes.map((node) => graph.nodes[node]!.name).join(' ')}`);
  /** Marks of a snapshot with the change that made them, as `a -> b: label @ change`. */
  const made = (graph: GraphView, snapshot: number): string[] => graph.snapshots[snapshot]!.marks.map(({ change }, at) => `${marks(graph)[snapshot]![at]} @ ${change}`);
  const changeOf = (graph: GraphView, snapshot: number, name: string): number => graph.snapshots[snapshot]!.nodeChange![graph.nodes.findIndex((node) => node.name === name)]!;

  it('say what they touched, and each mark which one made it', async () => {
    const nodes = [x, weight, op('m1', 'MatMul', ['x', 'w']), op('abs', 'Abs', ['m1']), op('m2', 'MatMul', ['abs', 'w']), op('exp', 'Exp', ['m2']), end('exp')];
    const graph = await run(nodes, { use_bf16: true });
    expect(changes(graph, 2)).toEqual(['convert-to-bf16: m1 abs', 'convert-to-bf16: m2 exp']);
    expect(made(graph, 2)).toEqual(['x -> m1: F→B @ 0', 'm1 -> abs: B→F @ 0', 'abs -> m2: F→B @ 1', 'm2 -> exp: B→F @ 1']);
    expect(made(graph, 3)).toEqual(['x -> m1: F→B @ undefined', 'm1 -> abs: [B→F→B] @ 0', 'abs -> m2: [B→F→B] @ 0', 'm2 -> exp: B→F @ undefined']);
    expect(['x', 'm1', 'abs', 'm2', 'exp', 'end'].map((name) => changeOf(graph, 2, name))).toEqual([-1, 0, 0, 1, 1, -1]);
    expect(graph.snapshots[0]!.marks.concat(graph.snapshots[1]!.marks)).toEqual([]);
  });

  it('bring a later reader to a Cast that is already there', async () => {
    const graph = await run([x, weight, constant('v', 'float32', [4, 4], [0.25]), op('m1', 'MatMul', ['x', 'w']), op('m2', 'MatMul', ['x', 'v']), op('sum', 'AddV2', ['m1', 'm2'])], { use_bf16: true, op_type_dict: { AddV2: 'fp32' } });
    const ids = graph.snapshots[2]!.marks.slice(0, 2).map((mark) => mark.nodes);
    expect(ids[0]).toEqual(ids[1]);
    expect(made(graph, 2).slice(0, 2)).toEqual(['x -> m1: F→B @ 0', 'x -> m2: F→B @ 1']);
  });

  it('reach an op that looks different for what came before it', async () => {
    const graph = await run([x, weight, op('m1', 'MatMul', ['x', 'w']), op('relu', 'Relu', ['m1']), op('exp', 'Exp', ['relu'])], {}, { min: -1, max: 1 });
    expect(precisionOf(graph, 'relu').slice(0, 2)).toEqual(['fp32', 'int8']);
    expect(changes(graph, 1)).toEqual(['quantize-value: m1', 'quantize-weight: m1 relu']);
    expect(changeOf(graph, 1, 'relu')).toBe(1);
  });

  it('of Casts alone are shown at the ops around them, without making those look different then', async () => {
    const pair = [cast('down', 'exp', 'float32', 'bfloat16'), cast('up', 'down', 'bfloat16', 'float32')];
    const graph = await run([x, op('exp', 'Exp', ['x']), ...pair, op('cos', 'Cos', ['up']), op('atan', 'Atan', ['up'])], { use_bf16: true, bf16_ops: ['Exp'] });
    const [folded] = graph.snapshots[3]!.changes;
    expect(changes(graph, 3)[0]).toBe(`${folded!.rule}: exp cos atan`);
    expect(changeOf(graph, 3, 'exp')).toBe(-1);
  });

  it('that remove an op leave ghosts of what stood before it', () => {
    const before = opened(buildGraph([x, cast('down', 'x', 'float32', 'bfloat16'), op('exp', 'Exp', ['down'], 'bfloat16'), cast('up', 'exp', 'bfloat16', 'float32'), end('up')]));
    const removal: Change = { phase: 'bf16', rule: 'rule', reason: 'reason', before: ['exp', 'down', 'end', 'up'], after: ['end'] };
    const graph = view([before, { ...opened(buildGraph([x, end('x')])), phase: 'bf16', changes: [{ ...removal, before: ['x'], after: ['x'] }, removal] }]);
    expect(precisionOf(graph, 'exp')).toEqual(['bf16', undefined]);
    expect(made(graph, 1)).toEqual(['x -> exp: [F→B] @ 1', 'exp -> end: [F→B→F] @ 1']);
    expect(['x', 'exp', 'end'].map((name) => changeOf(graph, 1, name))).toEqual([0, 1, 1]);
  });

  it('are as many as they are, each found at once', () => {
    const length = 30_000;
    const ids = Array.from({ length }, (_, i) => `n${i}`);
    const graph = buildGraph([x, cast('shared', 'x', 'float32', 'bfloat16'), ...ids.map((id) => op(id, 'Exp', ['shared'], 'bfloat16'))], { outputs: ['n0'] });
    const change = (touched: readonly string[]): Change => ({ phase: 'bf16', rule: 'rule', reason: 'reason', before: touched, after: touched });
    const display = new Display(opened(graph), dialect);
    display.add(opened(graph));
    const { changes: shown, nodeChange } = display.add({ ...opened(graph), phase: 'bf16', changes: [...ids.map(() => change(['shared'])), change(ids)] });
    expect(shown[0]!.nodes).toHaveLength(16);
    expect(shown.at(-1)!.nodes).toHaveLength(length);
    expect(nodeChange![1]).toBe(length);
  });
});

it('is built for a chain of any length', () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0
    ? cast(`n${i}`, i === 0 ? 'x' : `n${i - 1}`, 'float32', 'bfloat16') : cast(`n${i}`, `n${i - 1}`, 'bfloat16', 'float32')));
  const picture = view([opened(buildGraph([x, ...chain, end('n9999')]))]);
  expect(picture.edges).toEqual([{ source: 0, target: 1, sourceOutput: 0, targetInput: 0, elements: 8 }]);
  expect(picture.snapshots[0]!.marks).toMatchObject([{ label: 'F→B→F→…→F' }]);
  expect(picture.snapshots[0]!.marks[0]!.nodes).toHaveLength(10_000);
  const folds = chain.map(({ name }): Change => ({ phase: 'optimize', rule: 'rule', reason: 'reason', before: [name], after: [] }));
  const folded = view([opened(buildGraph([x, ...chain, end('n9999')])), { ...opened(buildGraph([x, end('x')])), phase: 'optimize', changes: folds }]).snapshots[1]!;
  expect(folded.marks).toMatchObject([{ state: 'folded', change: 9_999 }]);
  expect(folded.changes.every(({ nodes: [from, to, ...more] }) => from === 0 && to === 1 && more.length === 0)).toBe(true);
});
