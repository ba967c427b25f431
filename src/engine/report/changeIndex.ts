import { groupBy } from '../graph/groupBy';
import type { Change } from '../snapshot';

const BEFORE = 1;
const AFTER = 2;

const indexed = new WeakMap<readonly Change[], ChangeIndex>();

/** Which changes of a phase touched which node; made once per phase, linear in the ids of its changes. */
export function changeIndexOf(changes: readonly Change[]): ChangeIndex {
  let index = indexed.get(changes);
  if (index === undefined) indexed.set(changes, (index = new ChangeIndex(changes)));
  return index;
}

/** The changes of a phase by the nodes they touched. Changes are named by their place among those of the phase. */
export class ChangeIndex {
  private readonly rows = new Map<string, number>();
  /** Of each row: its changes in order, from starts[row] to starts[row + 1], and the last that added or removed its node. */
  private readonly starts: Int32Array;
  private readonly changes: Int32Array;
  private readonly added: Int32Array;
  private readonly removed: Int32Array;

  constructor(changes: readonly Change[]) {
    const size = changes.reduce((sum, { before, after }) => sum + before.length + after.length, 0);
    const [rowOf, changeOf, how] = [new Int32Array(size), new Int32Array(size), new Uint8Array(size)];
    /** Of each row: its newest touch. */
    const newest: number[] = [];
    let count = 0;
    const touch = (id: string, change: number, side: number): void => {
      const row = this.rowOf(id);
      const last = newest[row];
      if (last !== undefined && changeOf[last] === change) {
        how[last]! |= side;
        return;
      }
      rowOf[count] = row;
      changeOf[count] = change;
      how[count] = side;
      newest[row] = count++;
    };
    changes.forEach(({ before, after }, change) => {
      for (const id of before) touch(id, change, BEFORE);
      for (const id of after) touch(id, change, AFTER);
    });
    const { starts, sorted } = groupBy(rowOf.subarray(0, count), changeOf.subarray(0, count), this.rows.size);
    this.starts = starts;
    this.changes = sorted;
    this.added = new Int32Array(this.rows.size).fill(-1);
    this.removed = new Int32Array(this.rows.size).fill(-1);
    for (let i = 0; i < count; i++) {
      if (how[i] === AFTER) this.added[rowOf[i]!] = changeOf[i]!;
      if (how[i] === BEFORE) this.removed[rowOf[i]!] = changeOf[i]!;
    }
  }

  /** The changes that touched a node, in order. */
  of(id: string): Int32Array {
    const row = this.rows.get(id);
    return row === undefined ? new Int32Array(0) : this.changes.subarray(this.starts[row], this.starts[row + 1]);
  }

  /** The last change that touched a node; -1 where none did. */
  lastOf(id: string): number {
    const row = this.rows.get(id);
    return row === undefined ? -1 : this.changes[this.starts[row + 1]! - 1]!;
  }

  /** The last change that added a node; -1 where none did. */
  addedBy(id: string): number {
    return this.added[this.rows.get(id) ?? -1] ?? -1;
  }

  /** The last change that removed a node; -1 where none did. */
  removedBy(id: string): number {
    return this.removed[this.rows.get(id) ?? -1] ?? -1;
  }

  /** The first change from `change` on that touched a node; -1 where none did. By halving: a node may be touched by all. */
  firstFrom(id: string, change: number): number {
    const row = this.rows.get(id);
    if (row === undefined) return -1;
    const end = this.starts[row + 1]!;
    let low = this.starts[row]!;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.changes[middle]! < change) low = middle + 1;
      else high = middle;
    }
    return low < end ? this.changes[low]! : -1;
  }

  private rowOf(id: string): number {
    let row = this.rows.get(id);
    if (row === undefined) this.rows.set(id, (row = this.rows.size));
    return row;
  }
}
