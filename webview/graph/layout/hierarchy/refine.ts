import type { NameIn } from './groupLabels';
import { findPeriod } from './periods';
import { prefixRuns } from './prefixes';
import { MOST, rangesOf } from './ranges';
import { lookOf, repeatRuns, type Looks } from './repeats';
import { endPlace, firstPlace, replaceRuns, wrap, type Run, type Tree } from './tree';

/** A level of more members is looked at for parts by name and by repetition. */
const MANY = 24;
/** Repetitions of one level that are looked for. */
const REPETITIONS = 8;

export interface Surroundings extends Looks {
  /** How many values are alive before each place of the order. */
  readonly valuesBetween: Int32Array;
  readonly nameIn: NameIn;
}

/**
 * Makes levels of many members legible: members in a row whose names start alike, or that repeat themselves, become a group; so do
 * groups in a row that are built alike; what is still too much is split. As they stand in a row, no level gets a loop.
 * Linear in nodes and edges times depth of groups; iterative.
 */
export function refine(tree: Tree, around: Surroundings): void {
  for (let group = 0; group < tree.members.length; group++) {
    const kind = tree.kind[group]!;
    if (kind !== 'repeat' && kind !== 'part') {
      groupByPrefix(tree, group, around);
      groupByPeriod(tree, group, around);
      foldRepeats(tree, group, around);
    }
    splitIntoParts(tree, group, around);
  }
}

function groupByPrefix(tree: Tree, group: number, { nameIn }: Surroundings): void {
  const members = tree.members[group]!;
  if (members.length <= MANY) return;
  const scope = tree.scope[group]!;
  const runs = prefixRuns(members.map((member) => nameIn(scope, member)));
  tree.members[group] = replaceRuns(members, runs, (inside, { prefix }) => wrap(tree, 'prefix', scope, inside, prefix));
}

function groupByPeriod(tree: Tree, group: number, around: Surroundings): void {
  const scope = tree.scope[group]!;
  for (let k = 0; k < REPETITIONS && tree.members[group]!.length > MANY; k++) {
    const members = tree.members[group]!;
    const period = findPeriod(looksOf(tree, members, around), boundaries(tree, members, around));
    if (period === undefined) return;
    const runs = Array.from({ length: period.count }, (_, turn): Run => ({ first: period.first + turn * period.length, end: period.first + (turn + 1) * period.length }));
    tree.members[group] = replaceRuns(members, runs, (inside) => wrap(tree, 'period', scope, inside));
    foldRepeats(tree, group, around);
  }
}

function foldRepeats(tree: Tree, group: number, around: Surroundings): void {
  const scope = tree.scope[group]!;
  const members = tree.members[group]!;
  const runs = repeatRuns(tree, members, around, (inner) => around.nameIn(scope, ~inner));
  const whole = runs[0]?.first === 0 && runs[0].end === members.length;
  if (whole && tree.kind[group] === 'prefix') tree.kind[group] = 'repeat';
  else if (runs.length > 0) tree.members[group] = replaceRuns(members, runs, (inside) => wrap(tree, 'repeat', scope, inside));
}

function splitIntoParts(tree: Tree, group: number, around: Surroundings): void {
  const members = tree.members[group]!;
  if (members.length <= MOST) return;
  const runs = rangesOf(members.length, boundaries(tree, members, around));
  const kind = tree.kind[group] === 'repeat' ? 'repeat' : 'part';
  tree.members[group] = replaceRuns(members, runs, (inside) => wrap(tree, kind, tree.scope[group]!, inside));
}

/** A number per member, equal for those that look alike. */
function looksOf(tree: Tree, members: readonly number[], around: Surroundings): Int32Array {
  const groups = new Map<string, number>();
  return Int32Array.from(members, (member) => {
    if (member >= 0) return around.op[member]!;
    const look = lookOf(tree, member, around);
    if (!groups.has(look)) groups.set(look, ~groups.size);
    return groups.get(look)!;
  });
}

/** Values alive before the member at a position, or after the last. */
function boundaries(tree: Tree, members: readonly number[], { valuesBetween }: Surroundings): (position: number) => number {
  return (position) => valuesBetween[position < members.length ? firstPlace(tree, members[position]!) : endPlace(tree, members.at(-1)!)]!;
}
