import { describe, expect, it } from 'vitest';
import type { DisplayNode, EdgeMark, GraphView, SnapshotView } from '../../../webview/protocol';
import { GONE, indexOfText, listAt, listTable, MARK_KINDS, NODE_KINDS, nodeId, nodeOfId, PRECISIONS, reasonOf, stringTable, textAt, textCount } from '../../../webview/tables';
import { graphTables, snapshotTables } from '../../../src/engine/report/graphTables';

const TEXTS = ['', 'a', 'conv1/Größe', '变量', 'Σ→∞', '😀', 'a😀b', '😀😀', '', '\u{10ffff}\uffff', 'é', 'e\u0301', 'x'.repeat(1000), 'ÿĀ߿ࠀ'];

describe('tables of texts', () => {
  it('give every text back', () => {
    const table = stringTable(TEXTS);
    expect(textCount(table)).toBe(TEXTS.length);
    expect(TEXTS.map((_, index) => textAt(table, index))).toEqual(TEXTS);
    expect(table.bytes).toHaveLength(table.start.at(-1)!);
  });

  it('find a text by its bytes', () => {
    const table = stringTable(TEXTS);
    for (const text of TEXTS) expect(indexOfText(table, text), text).toBe(TEXTS.indexOf(text));
    for (const text of ['b', '😁', 'conv1/Grösse', 'x'.repeat(999), 'a😀']) expect(indexOfText(table, text), text).toBe(-1);
  });

  it('keep texts apart whatever halves of surrogate pairs are in them', () => {
    // Half a pair is no character: it is read back as the replacement character, and the texts around it as they are.
    const table = stringTable(['before', 'a\ud83d', 'b', '\ude00c', 'after']);
    expect([0, 1, 2, 3, 4].map((index) => textAt(table, index))).toEqual(['before', 'a\ufffd', 'b', '\ufffdc', 'after']);
    const pair = stringTable(['a\ud83d', '\ude00b', 'after']);
    expect([0, 1, 2].map((index) => textAt(pair, index))).toEqual(['a\ufffd', '\ufffdb', 'after']);
  });

  it('may be empty', () => {
    const table = stringTable([]);
    expect([textCount(table), indexOfText(table, ''), table.bytes.length, [...table.start]]).toEqual([0, -1, 0, [0]]);
  });
});

describe('tables of lists', () => {
  it('give every list back', () => {
    const lists = [[1, 2], [], [2 ** 31 - 1], [], [-1, 0, 5], []];
    const table = listTable(lists);
    expect(lists.map((_, index) => [...listAt(table, index)])).toEqual(lists);
  });

  it('may be empty, and hold long lists', () => {
    expect(listTable([])).toEqual({ items: new Int32Array(0), start: new Uint32Array(1) });
    const long = Array.from({ length: 300_000 }, (_, i) => i);
    expect(listAt(listTable([[7], long]), 1)).toHaveLength(300_000);
  });
});

const node = (name: string, op = 'Relu', more: Partial<DisplayNode> = {}): DisplayNode => ({ id: name, name, op, scope: name.split('/').slice(0, -1), kind: 'op', ...more });
const counts = { fp32: 2, bf16: 1, int8: 0, other: 1 };
const empty: SnapshotView = { phase: undefined, precision: [], dtypes: [], ops: {}, marks: [], counts, casts: 0, quantizes: 0, dequantizes: 0, changes: [] };

describe('the tables of a graph', () => {
  const nodes = [node('x', 'Placeholder', { kind: 'input' }), node('größe/变量/Relu'), node('größe/😀', 'MatMul'), node('y'), node('y', 'Output', { id: 'output:y', kind: 'output' })];
  const edges = [{ source: 0, target: 1, sourceOutput: 0, targetInput: 0, elements: 2 ** 40 }, { source: 1, target: 2, sourceOutput: 3, targetInput: 1 }];
  const marks: EdgeMark[] = [
    { edge: 0, kind: 'cast', state: 'inserted', label: 'F→B', nodes: ['größe/cast', 'shared'], change: 1 },
    { edge: 1, kind: 'quantize', state: 'folded', label: '8', nodes: ['shared'], change: 0 },
    { edge: 1, kind: 'cast', state: 'inserted', label: 'F→B', nodes: [] },
  ];
  const changes = [
    { rule: 'fold', reason: 'Größe → 0 😀.', nodes: [1, 2], changesNumerics: true }, { rule: 'convert', reason: '', nodes: [], changesNumerics: false }, { rule: 'fold', reason: 'Again.', nodes: [1], changesNumerics: false },
  ];
  const snapshot: SnapshotView = {
    ...empty, phase: 'bf16', precision: ['fp32', 'bf16', undefined, 'other', 'int8'], dtypes: ['float32', 'bfloat16', undefined, undefined, 'float32'], ops: { 1: 'BiasAdd' }, marks, changes, lowerBound: 3,
  };
  const graph: GraphView = { model: { name: 'm.pb', format: 'TensorFlow' }, nodes, edges, snapshots: [snapshot] };
  const tables = graphTables(graph);

  it('hold every node', () => {
    const { nodes: table } = tables;
    const read = nodes.map((_, at) => ({ id: nodeId(table, at), name: textAt(table.names, at), op: table.ops[table.op[at]!], scope: textAt(table.scopes, table.scope[at]!), kind: NODE_KINDS[table.kind[at]!] }));
    expect(read).toEqual(nodes.map((one) => ({ ...one, scope: one.scope.join('/') })));
    expect(table.count).toBe(5);
    expect(nodes.map(({ id }) => nodeOfId(tables, id))).toEqual([0, 1, 2, 3, 4]);
    expect([nodeOfId(tables, 'nobody'), nodeOfId(tables, '')]).toEqual([-1, -1]);
  });

  it('hold every edge', () => {
    const { edges: table } = tables;
    expect([table.count, [...table.source], [...table.target], [...table.sourceOutput], [...table.targetInput], [...table.elements]]).toEqual([2, [0, 1], [1, 2], [0, 3], [0, 1], [2 ** 40, NaN]]);
  });

  it('hold every mark', () => {
    const { marks: table } = tables.snapshots[0]!;
    const read = marks.map((_, at) => ({
      edge: table.edge[at], kind: MARK_KINDS[table.kind[at]!], state: table.folded[at] === 1 ? 'folded' : 'inserted', label: table.labels[table.label[at]!],
      nodes: Array.from(listAt(table.nodes, at), (id) => textAt(table.ids, id)), ...(table.change[at]! < 0 ? {} : { change: table.change[at] }),
    }));
    expect(read).toEqual(marks);
    expect([table.count, textCount(table.ids)]).toEqual([3, 2]);
  });

  it('hold what is seen of every node', () => {
    const { precision, dtype, dtypes, ops, lowerBound, phase } = tables.snapshots[0]!;
    expect([...precision].map((code) => (code === GONE ? undefined : PRECISIONS[code]))).toEqual(snapshot.precision);
    expect([...dtype].map((code) => dtypes[code] || undefined)).toEqual(snapshot.dtypes);
    expect({ ops, lowerBound, phase }).toEqual({ ops: { 1: 'BiasAdd' }, lowerBound: 3, phase: 'bf16' });
  });

  it('hold every change, and by node the one after which it looks as it does', () => {
    const { changes: table } = tables.snapshots[0]!;
    const read = changes.map((_, at) => ({ rule: table.rules[table.rule[at]!], reason: reasonOf(table, at), nodes: [...listAt(table.nodes, at)], changesNumerics: table.changesNumerics[at] === 1 }));
    expect(read).toEqual(changes);
    expect([...table.nodeChange]).toEqual([-1, 2, 0, -1, -1]);
    expect([...snapshotTables({ ...snapshot, nodeChange: [0, 1, -1, -1, 2] }).changes.nodeChange]).toEqual([0, 1, -1, -1, 2]);
  });

  it('may be empty', () => {
    const { nodes: none, edges: noEdges, snapshots } = graphTables({ ...graph, nodes: [], edges: [], snapshots: [empty] });
    expect([none.count, none.ops, textCount(none.names), noEdges.count, snapshots[0]!.marks.count, snapshots[0]!.changes.count, snapshots[0]!.precision.length]).toEqual([0, [], 0, 0, 0, 0, 0]);
  });

  it('survive being sent', () => {
    expect(structuredClone(tables)).toEqual(tables);
  });

  it('tell apart as many ops, labels and rules as there are', () => {
    const many = Array.from({ length: 70_000 }, (_, i) => String(i));
    const large = graphTables({ ...graph, nodes: many.map((op) => node(`n${op}`, op)), snapshots: [{
      ...empty,
      marks: many.map((label) => ({ edge: 0, kind: 'cast', state: 'inserted', label, nodes: [] })),
      changes: many.map((rule) => ({ rule, reason: rule, nodes: [], changesNumerics: false })),
    }] });
    const { marks: markTable, changes: changeTable } = large.snapshots[0]!;
    for (const at of [0, 65_535, 65_536, 69_999]) {
      expect([large.nodes.ops[large.nodes.op[at]!], markTable.labels[markTable.label[at]!], changeTable.rules[changeTable.rule[at]!]]).toEqual([many[at], many[at], many[at]]);
    }
  });

  it('refuse more element types than a byte can number', () => {
    const dtypes = Array.from({ length: 256 }, (_, i) => `type${i}`);
    expect(() => snapshotTables({ ...empty, dtypes })).toThrow('257 element types');
    expect(snapshotTables({ ...empty, dtypes: dtypes.slice(1) }).dtype.at(-1)).toBe(255);
  });
});
