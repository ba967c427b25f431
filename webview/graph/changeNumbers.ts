import type { SnapshotTables } from '../protocol';
import type { Position } from './moment';

/** The changes of all finished phases, numbered through: number n is the graph after n changes, 0 the opened model. */
export interface ChangeNumbers {
  readonly snapshots: readonly SnapshotTables[];
  /** Changes before those of each snapshot's phase; at the end, all. */
  readonly start: readonly number[];
  readonly total: number;
}

/** A change, where it is among those of its phase. */
export interface ChangeAt {
  readonly snapshot: SnapshotTables;
  readonly change: number;
}

export function numberChanges(snapshots: readonly SnapshotTables[]): ChangeNumbers {
  const start = [0];
  for (const { changes } of snapshots) start.push(start.at(-1)! + changes.count);
  return { snapshots, start, total: start.at(-1)! };
}

export function numberAt({ snapshots, start }: ChangeNumbers, { snapshot, change }: Position): number {
  return start[snapshot]! + Math.min(change, snapshots[snapshot]!.changes.count);
}

export function positionAt({ snapshots, start, total }: ChangeNumbers, number: number): Position {
  const snapshot = number === total ? snapshots.length - 1 : Math.max(0, start.findIndex((first) => first >= number) - 1);
  return { snapshot, change: number - start[snapshot]! };
}

/** The change that leads to a number; undefined for 0. */
export function changeAt(numbers: ChangeNumbers, number: number): ChangeAt | undefined {
  if (number === 0) return undefined;
  const snapshot = numbers.start.findIndex((first) => first >= number) - 1;
  return { snapshot: numbers.snapshots[snapshot]!, change: number - numbers.start[snapshot]! - 1 };
}

export function ruleOf({ snapshot: { changes }, change }: ChangeAt): string {
  return changes.rules[changes.rule[change]!]!;
}

/** Numbers of the changes a rule made, ascending. */
export function changesOfRule({ snapshots, start }: ChangeNumbers, rule: string): Int32Array {
  const found: number[] = [];
  snapshots.forEach(({ changes }, snapshot) => {
    const wanted = changes.rules.indexOf(rule);
    if (wanted < 0) return;
    for (let change = 0; change < changes.count; change++) if (changes.rule[change] === wanted) found.push(start[snapshot]! + change + 1);
  });
  return Int32Array.from(found);
}

/** Rules in the order they were first applied, with how often. */
export function countRules(snapshots: readonly SnapshotTables[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { changes } of snapshots) {
    const times = new Uint32Array(changes.rules.length);
    for (const rule of changes.rule) times[rule]!++;
    changes.rules.forEach((rule, index) => counts.set(rule, (counts.get(rule) ?? 0) + times[index]!));
  }
  return counts;
}

/** So many changes further, or back; of those in `only` where given. Stays between 0 and the last. */
export function step({ total }: ChangeNumbers, from: number, by: number, only: Int32Array | undefined): number {
  if (only === undefined) return Math.min(total, Math.max(0, from + by));
  const done = countUpTo(only, from);
  if (by > 0) return done === only.length ? from : only[Math.min(only.length, done + by) - 1]!;
  // Between two of them, one step back is to the one before.
  const here = only[done - 1] === from ? done : done + 1;
  return only[here + by - 1] ?? 0;
}

/** How many of the ascending numbers are at most `most`. */
export function countUpTo(numbers: Int32Array, most: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}
