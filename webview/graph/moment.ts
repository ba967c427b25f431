import type { SnapshotTables } from '../protocol';

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
