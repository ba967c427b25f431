import type { EdgeMark, GraphView, SnapshotView } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import type { Graph } from '../graph/graph';
import type { Snapshot } from '../snapshot';
import { countSnapshot } from './counts';
import { marksOf } from './marks';
import { type Picture, pictureOf } from './picture';
import { nodePrecisions } from './precision';

/** What the graph view draws: the opened model's picture and how it looks in each snapshot. Linear; iterative. */
export function buildGraphView(name: string, format: string, snapshots: readonly Snapshot[], dialect: Dialect): GraphView {
  const opened = snapshots[0]!.graph;
  const picture = pictureOf(opened, dialect);
  const marks = marksOf(picture, snapshots.map((snapshot) => snapshot.graph), dialect);
  return {
    model: { name, format },
    nodes: picture.nodes,
    edges: picture.edges,
    snapshots: snapshots.map((snapshot, index) => snapshotView(snapshot, marks[index]!, picture, opened, dialect)),
  };
}

function snapshotView(
  snapshot: Snapshot, marks: readonly EdgeMark[], picture: Picture, opened: Graph, dialect: Dialect,
): SnapshotView {
  const { phase, graph, changes, castProof } = snapshot;
  const precisions = nodePrecisions(snapshot, dialect);
  const ops: Record<number, string> = {};
  picture.nodes.forEach(({ id, op }, index) => {
    const now = graph.nodes.get(id)?.op;
    if (now !== undefined && now !== op) ops[index] = now;
  });
  const { precision: counts, ...boundaries } = countSnapshot(snapshot, opened, dialect);
  return {
    phase,
    precision: picture.nodes.map(({ id }) => (opened.nodes.has(id) ? precisions.get(id) : 'other')),
    ops,
    marks,
    counts,
    ...boundaries,
    ...(castProof === undefined ? {} : { lowerBound: castProof.lowerBound }),
    changes: changes.length,
  };
}
