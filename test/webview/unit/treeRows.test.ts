import { describe, expect, it } from 'vitest';
import { graphTables } from '../../../src/engine/report/graphTables';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import { momentAt } from '../../../webview/graph/moment';
import { rowsAround, type Row, type TreeView } from '../../../webview/graph/treeRows';
import { listAt } from '../../../webview/tables';
import type { GraphView } from '../../../webview/protocol';
import { digitsCnn } from '../support/digitsCnn';
import { transformer } from '../support/transformer';

function viewOf(graph: GraphView, shown: number): TreeView {
  const tables = graphTables(graph);
  const groups = buildGroups(tables.nodes, tables.edges);
  const moment = momentAt(tables.snapshots, { snapshot: shown, change: Infinity });
  return { tables, groups, expanded: new Uint8Array(groups.count).fill(1), moment, mixOf: () => ({ counts: [], nodes: 0, casts: 0 }) };
}

const activeOf = (rows: readonly Row[]): Row[] => rows.filter(({ isActive }) => isActive);

describe('around a node deep in a large graph', () => {
  const graph = transformer(60);
  const view = viewOf(graph, 1);
  const node = graph.nodes.findIndex(({ name }) => name === 'encoder/layer_31/attention/query/MatMul');
  const rows = rowsAround(view, { node });

  it('there are the groups around it, and siblings, but no more', () => {
    const { groups } = view;
    const path: number[] = [];
    for (let group = groups.groupOf[node]!; group > 0; group = groups.parent[group]!) path.unshift(group);
    expect(path.length).toBeGreaterThan(1);
    expect(rows.slice(0, path.length).map(({ target }) => target)).toEqual(path.map((group) => ({ group })));
    const siblings = [...listAt(groups.members, path.at(-1)!)].filter((member) => Math.abs(listAt(groups.members, path.at(-1)!).indexOf(member) - listAt(groups.members, path.at(-1)!).indexOf(node)) <= 20);
    expect(rows.filter(({ level, boundary }) => level === path.length + 1 && !boundary).map(({ target }) => target)).toEqual(siblings.map((member) => (member >= 0 ? { node: member } : { group: ~member })));
    expect(rows.length).toBeLessThan(80);
  });

  it('each has its level and its place among all its siblings', () => {
    const { groups } = view;
    for (const { target, position, size, level } of rows.filter(({ boundary }) => !boundary)) {
      const member = 'group' in target ? ~target.group : 'node' in target ? target.node : 0;
      let group = member >= 0 ? groups.groupOf[member]! : groups.parent[~member]!;
      expect(listAt(groups.members, group)[position - 1]).toBe(member);
      expect(size).toBe(listAt(groups.members, group).length);
      let depth = 1;
      for (; group > 0; group = groups.parent[group]!) depth++;
      expect(level).toBe(depth);
    }
  });

  it('it alone is active', () => {
    expect(activeOf(rows).map(({ target }) => target)).toEqual([{ node }]);
  });

  it('it is the outermost collapsed group where there is one', () => {
    const { groups } = view;
    const inner = groups.groupOf[node]!;
    const outer = groups.parent[inner]!;
    expect(outer).toBeGreaterThan(0);
    const expanded = view.expanded.slice();
    expanded[inner] = 0;
    expect(activeOf(rowsAround({ ...view, expanded }, { node }))[0]!.target).toEqual({ group: inner });
    expanded[outer] = 0;
    expect(activeOf(rowsAround({ ...view, expanded }, { node }))[0]!.target).toEqual({ group: outer });
    expect(activeOf(rowsAround({ ...view, expanded }, { group: inner }))[0]!.target).toEqual({ group: outer });
  });

  it('an expanded group has its members below it, a collapsed one none', () => {
    const { groups } = view;
    const group = groups.groupOf[node]!;
    const open = rowsAround(view, { group });
    const here = open.findIndex(({ isActive }) => isActive);
    const members = [...listAt(groups.members, group)].slice(0, 20);
    expect(open.slice(here + 1, here + 1 + members.length).map(({ target }) => target)).toEqual(members.map((member) => (member >= 0 ? { node: member } : { group: ~member })));
    expect(open[here + 1]!.level).toBe(open[here]!.level + 1);
    const expanded = view.expanded.slice();
    expanded[group] = 0;
    const closed = rowsAround({ ...view, expanded }, { group });
    expect(closed.filter(({ level }) => level > closed.find(({ isActive }) => isActive)!.level)).toEqual([]);
  });
});

describe('Casts', () => {
  const graph = digitsCnn();
  const view = viewOf(graph, 3);
  const marks = graph.snapshots[3]!.marks;

  it('stand below the op that reads through them, folded ones as well', () => {
    for (const mark of marks) {
      const reader = graph.edges[mark.edge]!.target;
      const rows = rowsAround(view, { node: reader });
      const here = rows.findIndex(({ isActive }) => isActive);
      const below = rows.slice(here + 1).filter(({ boundary }) => boundary);
      expect(below.map(({ boundary }) => boundary!.id)).toContain(mark.nodes[0]);
      for (const row of below) expect([row.level, row.size]).toEqual([rows[here]!.level + 1, below.length]);
      expect(rows[here]!.marks.map(({ edge }) => edge)).toContain(mark.edge);
    }
    expect(marks.some(({ state }) => state === 'folded')).toBe(true);
  });

  it('are found by id', () => {
    for (const { nodes } of marks) {
      const active = activeOf(rowsAround(view, { boundary: nodes[0]! }));
      expect(active.map(({ target }) => target)).toEqual([{ boundary: nodes[0] }]);
    }
  });

  it('are their reader where they do not stand at the moment', () => {
    const isFresh = (nodes: readonly string[]): boolean => !graph.snapshots[1]!.marks.some((old) => old.nodes.includes(nodes[0]!));
    const fresh = graph.snapshots[2]!.marks.find(({ nodes }) => isFresh(nodes))!;
    const made = { ...graph.snapshots[2]!, marks: graph.snapshots[2]!.marks.map((mark) => (isFresh(mark.nodes) ? { ...mark, change: 0 } : mark)) };
    const start = viewOf({ ...graph, snapshots: [...graph.snapshots.slice(0, 2), made] }, 2);
    const before = { ...start, moment: momentAt(start.tables.snapshots, { snapshot: 2, change: 0 }) };
    const active = activeOf(rowsAround(before, { boundary: fresh.nodes[0]! }));
    expect(active.map(({ target }) => target)).toEqual([{ node: graph.edges[fresh.edge]!.target }]);
  });
});

describe('with nothing active', () => {
  it('the tree begins with the first members of the graph', () => {
    const view = viewOf(transformer(3), 0);
    const rows = rowsAround(view, undefined);
    expect(activeOf(rows)).toEqual([]);
    const members = listAt(view.groups.members, 0);
    expect(rows.map(({ target }) => ('node' in target ? target.node : 'group' in target ? ~target.group : NaN))).toEqual([...members.subarray(0, 21)]);
  });
});
