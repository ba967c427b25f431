import { graphTables } from '../../../src/engine/report/graphTables';
import { makeScene, type Scene } from '../../../webview/graph/canvas/scene';
import { arranger } from '../../../webview/graph/layout/arrange';
import type { Measure } from '../../../webview/graph/layout/cardSizes';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import { momentAt } from '../../../webview/graph/moment';
import type { GraphView } from '../../../webview/protocol';

/** All that is drawn of a snapshot while all groups are expanded, or none is. */
export function sceneOf(view: GraphView, snapshot: number, isExpanded: boolean, measure: Measure): Scene {
  const tables = graphTables(view);
  const groups = buildGroups(tables.nodes, tables.edges);
  const expanded = new Uint8Array(groups.count).fill(isExpanded ? 1 : 0);
  expanded[0] = 1;
  const picture = arranger(tables.nodes, tables.edges, groups, measure)(expanded);
  return makeScene({ tables, groups, picture, moment: momentAt(tables.snapshots, { snapshot, change: Infinity }), ghosts: true, measure });
}
