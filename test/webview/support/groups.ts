import { edgeTable, nodeTable } from '../../../src/engine/report/graphTables';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import { GROUP_KINDS, type Groups } from '../../../webview/graph/layout/picture';
import type { GraphView } from '../../../webview/protocol';
import { listAt } from '../../../webview/tables';

export type Built = Pick<GraphView, 'nodes' | 'edges'>;

export function groupsOf({ nodes, edges }: Built): Groups {
  return buildGroups(nodeTable(nodes), edgeTable(edges));
}

/** Members of a group as text: names of nodes, and labels of groups with their kind, members and ops. */
export function membersOf({ nodes }: Built, groups: Groups, group = 0): string[] {
  return [...listAt(groups.members, group)].map((member) => {
    if (member >= 0) return nodes[member]!.name;
    return `${GROUP_KINDS[groups.kind[~member]!]} ${groups.labels[~member]!}: ${listAt(groups.members, ~member).length} of ${groups.end[~member]! - groups.first[~member]!}`;
  });
}

/** The group with a label. */
export function groupCalled(groups: Groups, label: string): number {
  return groups.labels.indexOf(label);
}
