import { describe, expect, it } from 'vitest';
import { graphTables } from '../../../src/engine/report/graphTables';
import { momentAt } from '../../../webview/graph/moment';
import { find } from '../../../webview/graph/search/find';
import type { DisplayNode, EdgeMark, GraphView, SnapshotView } from '../../../webview/protocol';
import { digitsCnn } from '../support/digitsCnn';
import { GraphBuilder, snapshot } from '../support/graphBuilder';

function graphOf(nodes: readonly (readonly [op: string, name: string])[], change: (opened: SnapshotView) => Partial<SnapshotView> = () => ({})): GraphView {
  const b = new GraphBuilder();
  nodes.forEach(([op, name], node) => b.add(op, name, node === 0 ? [] : [nodes[node - 1]![1]]));
  const opened = snapshot(b, undefined, () => 'fp32');
  return { model: { name: 'm', format: 'f' }, nodes: b.nodes, edges: b.edges, snapshots: [{ ...opened, ...change(opened) }] };
}

function search(graph: GraphView, text: string, shown = graph.snapshots.length - 1, change = Infinity): ReturnType<typeof find> {
  const tables = graphTables(graph);
  return find(tables, momentAt(tables.snapshots, { snapshot: shown, change }), text);
}

/** Names of the nodes found. */
function names(graph: GraphView, text: string, shown?: number, change?: number): string[] {
  const found = search(graph, text, shown, change);
  if (found.kind !== 'nodes') throw new Error(JSON.stringify(found));
  return [...found.nodes].map((node) => graph.nodes[node]!.name);
}

const graph = graphOf([['Identity', 'conv2d/kernel/read'], ['Identity', 'block/conv_read'], ['Conv2D', 'block/first'], ['DepthwiseConv2dNative', 'depthwise'], ['Relu', 'İstanbul/Größe/次'], ['Relu', 'encoder/layer_1/relu'], ['Relu', 'encoder/layer_10/relu']]);

describe('words', () => {
  it('put ops first, then last parts of names, then everything else', () => {
    expect(names(graph, 'conv')).toEqual(['block/first', 'block/conv_read', 'conv2d/kernel/read', 'depthwise']);
  });

  it('must all match, whatever their case', () => {
    expect(names(graph, '  RELU layer_1 ')).toEqual(['encoder/layer_1/relu', 'encoder/layer_10/relu']);
    expect(names(graph, 'relu conv')).toEqual([]);
  });

  it('match nothing that runs from one name into the next', () => {
    expect(names(graph, 'readblock')).toEqual([]);
    expect(names(graph, 'firstdepthwise')).toEqual([]);
  });

  it('are found in names that are not ASCII, and behind them', () => {
    expect(names(graph, 'GRÖSSE')).toEqual([]);
    expect(names(graph, 'GRÖße')).toEqual(['İstanbul/Größe/次']);
    expect(names(graph, '次')).toEqual(['İstanbul/Größe/次']);
    expect(names(graph, 'layer_10')).toEqual(['encoder/layer_10/relu']);
  });

  it('keep their spaces in quotes, and are words there that mean something elsewhere', () => {
    const odd = graphOf([['Relu', 'my casts/bf16 part'], ['Relu', 'other']]);
    expect(names(odd, '"bf16 part"')).toEqual(['my casts/bf16 part']);
    expect(names(odd, '"casts"')).toEqual(['my casts/bf16 part']);
    expect(names(odd, 'name:"casts/bf16 p"')).toEqual(['my casts/bf16 part']);
  });

  it('ask for nothing when there are none', () => {
    for (const text of ['', '  ', 'op:', 'name:""']) expect(search(graph, text)).toEqual({ kind: 'nothing' });
  });
});

describe('fields', () => {
  it('op: means that type alone where there is one, otherwise part of its name', () => {
    const products = graphOf([['MatMul', 'a'], ['BatchMatMulV2', 'b'], ['Mul', 'c']]);
    expect(names(products, 'op:matmul')).toEqual(['a']);
    expect(names(products, 'op:matm')).toEqual(['a', 'b']);
  });

  it('op: goes by the op a phase made of it', () => {
    const fused = graphOf([['Conv2D', 'a'], ['Conv2D', 'b']], () => ({ ops: { 1: '_FusedConv2D' } }));
    expect(names(fused, 'op:_FusedConv2D')).toEqual(['b']);
    expect(names(fused, 'op:Conv2D')).toEqual(['a']);
  });

  it('name: leaves ops out', () => {
    expect(names(graph, 'name:conv')).toEqual(['block/conv_read', 'conv2d/kernel/read']);
  });

  it('scope: means whole parts of the path where there are such', () => {
    expect(names(graph, 'scope:encoder/layer_1')).toEqual(['encoder/layer_1/relu']);
    expect(names(graph, 'scope:layer_1/')).toEqual(['encoder/layer_1/relu']);
    expect(names(graph, 'scope:enc')).toEqual(['encoder/layer_1/relu', 'encoder/layer_10/relu']);
  });

  it('dtype: goes by the type of the output', () => {
    const cnn = digitsCnn();
    const found = names(cnn, 'dtype:bfloat16');
    expect(found).toEqual(cnn.nodes.filter((_, node) => cnn.snapshots[3]!.dtypes[node] === 'bfloat16').map(({ name }) => name));
    expect(found.length).toBeGreaterThan(0);
  });
});

describe('regular expressions', () => {
  it('ignore case and may hold slashes and spaces', () => {
    expect(names(graph, '/^ENCODER/layer_\\d+/relu$/')).toEqual(['encoder/layer_1/relu', 'encoder/layer_10/relu']);
    expect(names(graph, '/^(conv2d|depthwise)/ identity')).toEqual(['conv2d/kernel/read']);
    expect(names(graph, 'op:/^conv/')).toEqual(['block/first']);
  });

  it('are told to be faulty in one sentence', () => {
    expect(search(graph, 'relu /(/')).toEqual({ kind: 'faulty', message: '/(/ is no regular expression: Unterminated group.' });
  });
});

describe('precisions', () => {
  const cnn = digitsCnn();
  const expected = (precision: string | undefined, shown: number): string[] => cnn.nodes.filter((_, node) => cnn.snapshots[shown]!.precision[node] === precision).map(({ name }) => name);

  it('are those of the shown snapshot', () => {
    for (const shown of [0, 2, 3]) expect(names(cnn, 'fp32', shown)).toEqual(expected('fp32', shown));
    expect(names(cnn, 'precision:BF16')).toEqual(expected('bf16', 3));
    expect(names(cnn, 'removed')).toEqual(expected(undefined, 3));
    expect(expected(undefined, 3).length).toBeGreaterThan(0);
  });

  it('go with words', () => {
    const wanted = cnn.nodes.filter((node: DisplayNode, index) => node.op === 'MatMul' && cnn.snapshots[3]!.precision[index] === 'bf16');
    expect(names(cnn, 'bf16 op:matmul')).toEqual(wanted.map(({ name }) => name));
  });

  it('that do not exist are told with those that do', () => {
    expect(search(cnn, 'precision:bf61')).toEqual({ kind: 'faulty', message: '"bf61" is no precision: use fp32, bf16, int8, other, removed.' });
  });
});

describe('changed', () => {
  const cnn = digitsCnn();
  it('holds the nodes the shown phase touched, up to the shown change', () => {
    const { changes } = cnn.snapshots[2]!;
    const touched = (count: number): string[] => cnn.nodes.filter((_, node) => changes.slice(0, count).some(({ nodes }) => nodes.includes(node))).map(({ name }) => name);
    expect(names(cnn, 'changed', 2)).toEqual(touched(changes.length));
    expect(names(cnn, 'changed', 2, 1)).toEqual(touched(1));
    expect(names(cnn, 'changed', 0)).toEqual([]);
  });
});

describe('casts', () => {
  const mark = (edge: number, label: string, nodes: readonly string[], state: EdgeMark['state'] = 'inserted', kind: EdgeMark['kind'] = 'cast'): EdgeMark => ({ edge, kind, state, label, nodes });
  const marks = [mark(0, 'F→B', ['x']), mark(1, 'F→B', ['x']), mark(2, 'B→F→B', ['y', 'z']), mark(3, 'B→F→B', ['w'], 'folded'), mark(3, '8', ['q', 'd'], 'folded', 'quantize'), mark(4, '8', ['q2', 'd2'], 'inserted', 'quantize')];
  const cast = graphOf([['A', 'a'], ['B', 'b'], ['C', 'c'], ['D', 'd'], ['E', 'e'], ['F', 'f']], () => ({ marks }));

  it('are found once each, however many edges or marks they stand on', () => {
    expect(search(cast, 'casts')).toEqual({
      kind: 'boundaries',
      boundaries: [
        { id: 'x', kind: 'cast', folded: false, label: 'F→B', edge: 0, edges: [0, 1] },
        { id: 'y', kind: 'cast', folded: false, label: 'B→F', edge: 2, edges: [2] },
        { id: 'z', kind: 'cast', folded: false, label: 'F→B', edge: 2, edges: [2] },
      ],
    });
  });

  it('are found folded, Quantize and Dequantize with them or without', () => {
    const ids = (text: string): string[] => {
      const found = search(cast, text);
      return found.kind === 'boundaries' ? found.boundaries.map(({ id, label }) => `${id} ${label}`) : [];
    };
    expect(ids('folded')).toEqual(['w B→F→B', 'q 8']);
    expect(ids('casts folded')).toEqual(['w B→F→B']);
    expect(ids('casts op:D')).toEqual(['y B→F', 'z F→B']);
    expect(ids('casts op:A')).toEqual(['x F→B']);
    expect(ids('casts op:F')).toEqual([]);
  });

  it('are as many as the snapshot counts', () => {
    const cnn = digitsCnn();
    const found = search(cnn, 'casts', 3);
    const standing = new Set(cnn.snapshots[3]!.marks.filter(({ kind, state }) => kind === 'cast' && state === 'inserted').flatMap(({ nodes }) => nodes));
    expect(found.kind === 'boundaries' && found.boundaries.map(({ id }) => id)).toEqual([...standing]);
    expect(standing.size).toBeGreaterThan(0);
  });
});
