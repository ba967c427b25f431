import type { SnapshotView } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import type { Graph } from '../graph/graph';
import type { Snapshot } from '../snapshot';
import type { Picture } from './picture';
import { nodePrecisions } from './precision';

/** What can be seen of the nodes of the picture in one snapshot. */
export type Looks = Pick<SnapshotView, 'precision' | 'dtypes' | 'ops'>;

/** How the nodes of the picture of `opened` look in a snapshot. Linear. */
export function looksOf(snapshot: Snapshot, picture: Picture, opened: Graph, dialect: Dialect): Looks {
  const precisions = nodePrecisions(snapshot, dialect);
  const now = picture.nodes.map(({ id }) => snapshot.graph.nodes.get(id));
  const ops: Record<number, string> = {};
  now.forEach((node, index) => {
    if (node !== undefined && node.op !== picture.nodes[index]!.op) ops[index] = node.op;
  });
  return {
    precision: picture.nodes.map(({ id }) => (opened.nodes.has(id) ? precisions.get(id) : 'other')),
    dtypes: now.map((node) => node && dialect.outputTypes(node)[0]),
    ops,
  };
}

/** Whether a node of the picture looks different in two snapshots. */
export function differs(node: number, before: Looks, now: Looks): boolean {
  return before.precision[node] !== now.precision[node] || before.dtypes[node] !== now.dtypes[node] || before.ops[node] !== now.ops[node];
}
