import { expect, it } from 'vitest';
import { summarize } from '../../../webview/graph/groupSummary';
import { PRECISIONS } from '../../../webview/tables';
import { digitsCnn } from '../support/digitsCnn';
import { measure } from '../support/pictures';
import { sceneOf } from '../support/scenes';

const view = digitsCnn();

it.each([0, 1, 2, 3])('counts what every group holds in snapshot %i', (snapshot) => {
  const { tables, groups, moment, mixOf } = sceneOf(view, snapshot, true, measure);
  const { precision, marks } = view.snapshots[snapshot]!;
  const standing = marks.filter(({ kind, state }) => kind === 'cast' && state === 'inserted');
  for (let group = 0; group < groups.count; group++) {
    const members = [...groups.order.subarray(groups.first[group], groups.end[group])];
    const casts = (ends: number): number =>
      new Set(standing.filter(({ edge }) => [view.edges[edge]!.source, view.edges[edge]!.target].filter((node) => members.includes(node)).length === ends).flatMap(({ nodes }) => nodes)).size;
    const summary = summarize(tables, groups, moment, group);
    const counts = PRECISIONS.map((one) => members.filter((node) => precision[node] === one).length);
    expect(summary).toMatchObject({ nodes: members.length, gone: members.filter((node) => precision[node] === undefined).length, precisions: counts, castsInside: casts(2), castsAtBorder: casts(1) });
    for (const { op, count, precisions } of summary.opTypes) {
      const ofType = members.filter((node) => view.nodes[node]!.op === op);
      expect([count, precisions]).toEqual([ofType.length, PRECISIONS.map((one) => ofType.filter((node) => precision[node] === one).length)]);
    }
    expect(summary.opTypes.reduce((sum, { count }) => sum + count, 0)).toBe(members.length);
    expect(summary.opTypes.map(({ count }) => count)).toEqual(summary.opTypes.map(({ count }) => count).sort((a, b) => b - a));
    // The card in the picture says the same.
    expect(mixOf(group)).toMatchObject({ counts, casts: summary.castsInside });
  }
});
