import type { MarkTable, SnapshotTables } from '../protocol';
import { listAt, MARK_KINDS, textAt } from '../tables';

/** A point in the story of a conversion: so many changes of the phase that made a snapshot; all of them is the snapshot itself. */
export interface Position {
  readonly snapshot: number;
  readonly change: number;
}

/** What stands, or stood, on an edge. */
export interface Mark {
  readonly edge: number;
  readonly kind: 'cast' | 'quantize';
  readonly folded: boolean;
  readonly label: string;
  /** Ids of its boundary nodes. */
  readonly ids: readonly string[];
}

/** How the graph looks at a position. */
export interface Moment {
  readonly position: Position;
  /** Index into PRECISIONS, or GONE, of each node. */
  readonly precision: Uint8Array;
  readonly ops: SnapshotTables['ops'];
  readonly marks: readonly Mark[];
}

/** Nodes and marks that a change of the phase has reached look as in its snapshot, the others as in the one before. Linear in both. */
export function momentAt(snapshots: readonly SnapshotTables[], position: Position): Moment {
  const after = snapshots[position.snapshot]!;
  const before = snapshots[position.snapshot - 1];
  if (before === undefined || position.change >= after.changes.count) return { position, precision: after.precision, ops: after.ops, marks: marksOf(after.marks) };
  const { nodeChange } = after.changes;
  // What no change touched has -1: it is as in the snapshot from the start.
  const isReached = (node: number): boolean => nodeChange[node]! < position.change;
  const precision = before.precision.slice();
  for (let node = 0; node < precision.length; node++) if (isReached(node)) precision[node] = after.precision[node]!;
  return { position, precision, ops: mixOps(before.ops, after.ops, isReached), marks: mixMarks(before.marks, after.marks, position.change) };
}

function mixOps(before: Moment['ops'], after: Moment['ops'], isReached: (node: number) => boolean): Moment['ops'] {
  const ops: Record<number, string> = {};
  for (const [node, op] of Object.entries(before)) if (!isReached(Number(node))) ops[Number(node)] = op;
  for (const [node, op] of Object.entries(after)) if (isReached(Number(node))) ops[Number(node)] = op;
  return ops;
}

function mixMarks(before: MarkTable, after: MarkTable, changes: number): Mark[] {
  const old = marksOf(before);
  const oldAt = indexByPlace(before);
  const mixed: Mark[] = [];
  marksOf(after).forEach((mark, index) => {
    if (after.change[index]! < changes) mixed.push(mark);
    else {
      const standing = oldAt.get(placeOf(after, index));
      if (standing !== undefined) mixed.push(old[standing]!);
    }
  });
  return mixed;
}

/** Reads its ids when they are first asked for: most marks are never looked at that closely. */
class TableMark implements Mark {
  readonly edge: number;
  readonly kind: Mark['kind'];
  readonly folded: boolean;
  readonly label: string;
  private known: readonly string[] | undefined;

  constructor(private readonly table: MarkTable, private readonly index: number) {
    this.edge = table.edge[index]!;
    this.kind = MARK_KINDS[table.kind[index]!]!;
    this.folded = table.folded[index] === 1;
    this.label = table.labels[table.label[index]!]!;
  }

  get ids(): readonly string[] {
    return (this.known ??= Array.from(listAt(this.table.nodes, this.index), (id) => textAt(this.table.ids, id)));
  }
}

const read = new WeakMap<MarkTable, readonly Mark[]>();
const indexed = new WeakMap<MarkTable, ReadonlyMap<number, number>>();

/** Marks of a table, made once: moments share them. */
function marksOf(table: MarkTable): readonly Mark[] {
  const known = read.get(table);
  if (known) return known;
  const marks = Array.from({ length: table.count }, (_, index) => new TableMark(table, index));
  read.set(table, marks);
  return marks;
}

/** Index of the mark on each edge, by kind. */
function indexByPlace(table: MarkTable): ReadonlyMap<number, number> {
  const known = indexed.get(table);
  if (known) return known;
  const found = new Map<number, number>();
  for (let index = 0; index < table.count; index++) found.set(placeOf(table, index), index);
  indexed.set(table, found);
  return found;
}

function placeOf({ edge, kind }: MarkTable, index: number): number {
  return edge[index]! * MARK_KINDS.length + kind[index]!;
}
