import { edgeTable, nodeTable } from '../../../src/engine/report/graphTables';
import type { Persisted } from '../../../webview/graph/host';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import type { GraphView } from '../../../webview/protocol';

/** What a tab remembers in which every group was expanded and a snapshot shown. */
export function expandedState({ model, nodes, edges, snapshots }: GraphView, snapshot: number): Persisted {
  return {
    model: model.name,
    viewport: { zoom: 1, x: 0, y: 0 },
    expanded: buildGroups(nodeTable(nodes), edgeTable(edges)).keys,
    selected: undefined,
    selectedGroup: undefined,
    position: { snapshot, change: snapshots[snapshot]!.changes.length },
    ghosts: true,
  };
}
