import type { SnapshotTables } from '../protocol';
import { indexOfText } from '../tables';
import type { Position } from './moment';

/** Just after the change that last touched a node of the picture; undefined where none did. */
export function lastChangeOfNode(snapshots: readonly SnapshotTables[], node: number): Position | undefined {
  for (let snapshot = snapshots.length - 1; snapshot >= 0; snapshot--) {
    const change = snapshots[snapshot]!.changes.nodeChange[node] ?? -1;
    if (change >= 0) return { snapshot, change: change + 1 };
  }
  return undefined;
}

/** Just after the change that put a Cast, Quantize or Dequantize there; undefined where none did. Linear in the marks. */
export function changeOfBoundary(snapshots: readonly SnapshotTables[], id: string): Position | undefined {
  for (const [snapshot, { marks }] of snapshots.entries()) {
    const wanted = indexOfText(marks.ids, id);
    if (wanted < 0) continue;
    for (let mark = 0; mark < marks.count; mark++) {
      if (marks.change[mark]! < 0) continue;
      for (let k = marks.nodes.start[mark]!; k < marks.nodes.start[mark + 1]!; k++) if (marks.nodes.items[k] === wanted) return { snapshot, change: marks.change[mark]! + 1 };
    }
  }
  return undefined;
}
