import { expect, it } from 'vitest';
import { countMixes } from '../../../webview/graph/canvas/mixes';
import type { Mark } from '../../../webview/graph/moment';
import { graphTables } from '../../../src/engine/report/graphTables';
import { momentAt } from '../../../webview/graph/moment';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import type { Groups } from '../../../webview/graph/layout/picture';
import { PRECISIONS } from '../../../webview/tables';
import { bert } from '../support/generatedGraphs';

/** Group 0 holds node 0 and group 1, which holds node 1 and group 2 with nodes 2 and 3. */
const groups = {
  count: 3,
  parent: Int32Array.of(-1, 0, 1),
  groupOf: Int32Array.of(0, 1, 2, 2),
  order: Int32Array.of(0, 1, 2, 3),
  first: Int32Array.of(0, 1, 2),
  end: Int32Array.of(4, 4, 4),
} as unknown as Groups;
const edges = { count: 3, source: Int32Array.of(0, 1, 2), target: Int32Array.of(1, 2, 3) } as Parameters<typeof countMixes>[1];
const cast = (edge: number, id: string, folded = false): Mark => ({ edge, kind: 'cast', folded, label: 'F→B', ids: [id] });

it('counts nodes by precision, without those that are gone', () => {
  const mixOf = countMixes(groups, edges, { precision: Uint8Array.of(0, 1, 2, 255), marks: [] });
  expect([0, 1, 2].map((group) => mixOf(group).counts)).toEqual([
    [1, 1, 1, 0],
    [0, 1, 1, 0],
    [0, 0, 1, 0],
  ]);
  expect(mixOf(2).nodes).toBe(1);
});

it('counts each Cast that stands inside once, however many edges it feeds', () => {
  const marks = [cast(0, 'outside'), cast(1, 'both'), cast(2, 'both'), cast(2, 'inner'), cast(2, 'gone', true)];
  const mixOf = countMixes(groups, edges, { precision: new Uint8Array(4), marks });
  expect([0, 1, 2].map((group) => mixOf(group).casts)).toEqual([3, 2, 2]);
});

it('agrees with the counts of the whole graph', () => {
  const graph = bert(3);
  const tables = graphTables(graph);
  const last = tables.snapshots.length - 1;
  const snapshot = tables.snapshots[last]!;
  const mix = countMixes(buildGroups(tables.nodes, tables.edges), tables.edges, momentAt(tables.snapshots, { snapshot: last, change: snapshot.changes.count }))(0);
  const counts = Object.fromEntries(PRECISIONS.map((precision, k) => [precision, mix.counts[k]]));
  expect(counts).toEqual({ ...snapshot.counts });
  expect(mix.casts).toBe(new Set(graph.snapshots[last]!.marks.filter(({ kind, state }) => kind === 'cast' && state === 'inserted').map(({ nodes }) => nodes[0])).size);
});
