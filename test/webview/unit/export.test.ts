import { describe, expect, it } from 'vitest';
import { pictureJson, type PictureJson } from '../../../webview/graph/export/json';
import { escape, tag } from '../../../webview/graph/export/markup';
import { digitsCnn } from '../support/digitsCnn';
import { measure } from '../support/pictures';
import { sceneOf } from '../support/scenes';
import { transformer } from '../support/transformer';

const written = (...parts: Parameters<typeof sceneOf>): PictureJson => JSON.parse(JSON.stringify(pictureJson(sceneOf(...parts)))) as PictureJson;

describe('JSON of an expanded picture', () => {
  const view = digitsCnn();
  const { items, edges, marks, shown } = written(view, 3, true, measure);
  const nodeOf = (item: number): number => view.nodes.findIndex(({ id }) => items[item]!.type === 'op' && id === (items[item] as { id: string }).id);

  it('has every op with its precision', () => {
    expect(shown).toEqual({ phase: 'optimize', change: view.snapshots[3]!.changes.length, changes: view.snapshots[3]!.changes.length });
    const { precision } = view.snapshots[3]!;
    const ops = items.flatMap((item) => (item.type === 'op' ? [{ id: item.id, name: item.name, op: item.op, precision: item.precision ?? undefined }] : []));
    const expected = view.nodes.map(({ id, name, op }, node) => ({ id, name, op, precision: precision[node] }));
    expect(ops.sort(byId)).toEqual(expected.sort(byId));
  });

  it('has every edge between its ops, and every mark on them', () => {
    const ends = ({ source, target }: { source: number; target: number }): string => `${source} ${target}`;
    expect(new Set(edges.map(({ from, to }) => ends({ source: nodeOf(from), target: nodeOf(to) })))).toEqual(new Set(view.edges.map(ends)));
    expect(edges.reduce((sum, { values }) => sum + values, 0)).toBe(view.edges.length);
    const told = view.snapshots[3]!.marks.map(({ edge, kind, state, label, nodes }) => ({ kind, folded: state === 'folded', label, nodes, ends: ends(view.edges[edge]!) }));
    const found = marks.map(({ kind, folded, label, nodes, from, to }) => ({ kind, folded, label, nodes, ends: ends({ source: nodeOf(from), target: nodeOf(to) }) }));
    expect(found).toEqual(told);
  });
});

describe('JSON of a collapsed picture', () => {
  const view = transformer(12);
  const { items, edges } = written(view, 1, false, measure);

  it('counts what its groups hold', () => {
    const groups = items.filter((item) => item.type === 'group');
    const ops = items.length - groups.length;
    expect(groups.length).toBeGreaterThan(0);
    expect(groups.reduce((sum, group) => sum + group.ops, ops)).toBe(view.nodes.length);
    const int8 = (): number => view.snapshots[1]!.precision.filter((precision) => precision === 'int8').length;
    const single = items.filter((item) => item.type === 'op' && item.precision === 'int8').length;
    expect(groups.reduce((sum, { precisions }) => sum + precisions.int8, single)).toBe(int8());
  });

  it('has the edges that leave a card, each once', () => {
    expect(edges.length).toBeGreaterThan(0);
    expect(edges.every(({ from, to }) => from !== to && items[from] !== undefined && items[to] !== undefined)).toBe(true);
    expect(new Set(edges.map(({ from, to }) => `${from} ${to}`)).size).toBe(edges.length);
  });
});

describe('SVG text', () => {
  it('keeps markup of names out', () => {
    expect(tag('text', { 'font-family': '"A" & <b>', x: 1.005, y: undefined }, escape('a<b> & "c"\u0000\u001f'))).toBe(
      '<text font-family="&quot;A&quot; &amp; &lt;b&gt;" x="1">a&lt;b&gt; &amp; &quot;c&quot;</text>',
    );
  });
});

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
