import type { EdgeMark, GraphView, SnapshotView } from '../../../webview/protocol';

/** A picture whose snapshots say which change made what: one for every mark that is not as in the snapshot before. */
export function changesInOrder(view: GraphView): GraphView {
  return { ...view, snapshots: view.snapshots.map((snapshot, index) => (index === 0 ? snapshot : withChanges(view, snapshot, view.snapshots[index - 1]!))) };
}

function withChanges({ edges, nodes }: GraphView, snapshot: SnapshotView, before: SnapshotView): SnapshotView {
  const same = (mark: EdgeMark): boolean => before.marks.some((old) => old.edge === mark.edge && old.kind === mark.kind && old.state === mark.state);
  const fresh = snapshot.marks.filter((mark) => !same(mark));
  const changes = fresh.map(({ edge, kind, state, label }) => {
    const { source, target } = edges[edge]!;
    const reason = state === 'folded' ? `${label} after ${nodes[source]!.name} is not needed any more.` : `${nodes[target]!.name} reads ${label}.`;
    return { rule: `${state === 'folded' ? 'fold' : 'insert'}-${kind}`, reason, nodes: [source, target], changesNumerics: false };
  });
  return { ...snapshot, changes, marks: snapshot.marks.map((mark) => (same(mark) ? mark : { ...mark, change: fresh.indexOf(mark) })) };
}
