import { describe, expect, it } from 'vitest';
import { graphTables } from '../../../src/engine/report/graphTables';
import { momentAt } from '../../../webview/graph/moment';
import { sizeText } from '../../../webview/graph/sizeText';
import { countPrecisions, countTransitions, edgesOfTransition, nodesOfPrecision } from '../../../webview/graph/transitionCounts';
import type { GraphView, Precision } from '../../../webview/protocol';
import { PRECISIONS } from '../../../webview/tables';
import { changesInOrder } from '../support/changes';
import { digitsCnn } from '../support/digitsCnn';

const plain = changesInOrder(digitsCnn());
/** Every third edge is of unknown size. */
const view: GraphView = { ...plain, edges: plain.edges.map((edge, index) => (index % 3 === 0 ? edge : { ...edge, elements: 100 + index })) };
const tables = graphTables(view);
const bytesOf: Readonly<Record<Precision, number>> = { fp32: 4, bf16: 2, int8: 1, other: NaN };
const pairs = PRECISIONS.flatMap((from, p) => PRECISIONS.map((to, q) => ({ from, to, transition: p * 4 + q })));

describe.each([0, 1, 2, 3])('snapshot %i', (snapshot) => {
  const { precision, marks } = view.snapshots[snapshot]!;
  const moment = momentAt(tables.snapshots, { snapshot, change: Infinity });

  it.each(pairs)('counts edges, Casts and bytes from $from to $to', ({ from, to, transition }) => {
    const edges = view.edges.flatMap(({ source, target }, edge) => (precision[source] === from && precision[target] === to ? [edge] : []));
    const sizes = edges.map((edge) => (view.edges[edge]!.elements ?? NaN) * bytesOf[from]);
    expect(countTransitions(tables, moment)[transition]).toEqual({
      edges: edges.length,
      casts: new Set(marks.filter(({ edge, kind, state }) => kind === 'cast' && state === 'inserted' && edges.includes(edge)).flatMap(({ nodes }) => nodes)).size,
      bytes: sizes.filter((size) => !Number.isNaN(size)).reduce((a, b) => a + b, 0),
      unsized: sizes.filter(Number.isNaN).length,
    });
    const found = edgesOfTransition(tables, moment, transition);
    expect([...found.edges]).toEqual(edges);
    expect([...found.nodes]).toEqual([...new Set(edges.flatMap((edge) => [view.edges[edge]!.source, view.edges[edge]!.target]))].sort((a, b) => a - b));
  });

  it.each(PRECISIONS.map((one, code) => ({ one, code })))('counts the ops in $one', ({ one, code }) => {
    const nodes = precision.flatMap((value, node) => (value === one ? [node] : []));
    expect(countPrecisions(moment)[code]).toBe(nodes.length);
    expect([...nodesOfPrecision(moment, code)]).toEqual(nodes);
  });
});

it('has every kind of transition and unknown size in what it counts', () => {
  const all = countTransitions(tables, momentAt(tables.snapshots, { snapshot: 3, change: Infinity }));
  expect(all.filter(({ edges }) => edges > 0).length).toBeGreaterThan(6);
  expect(all.some(({ casts }) => casts > 0) && all.some(({ bytes }) => bytes > 0) && all.some(({ unsized }) => unsized > 0)).toBe(true);
});

it.each([[0, '0 B'], [999, '999 B'], [18_432, '18.4 kB'], [999_999, '1000 kB'], [102_400_000, '102 MB'], [3e15, '3000 TB']])('writes %d bytes as %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));
