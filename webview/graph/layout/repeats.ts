import type { NodeTable } from '../../protocol';
import type { Neighbours } from './rows';
import { endPlace, firstPlace, type Run, type Tree } from './tree';

const FEWEST = 3;

/** What makes two nodes look alike: a number per op type. */
export interface Looks {
  readonly op: NodeTable['op'];
  readonly neighbours: Neighbours;
}

/**
 * Runs of groups that are built alike: the same ops in the same order with the same edges between them, and names that differ in
 * numbers only. Names of groups that are no scopes do not count.
 */
export function repeatRuns(tree: Tree, members: readonly number[], looks: Looks, nameOf: (group: number) => string): Run[] {
  const runs: Run[] = [];
  for (let first = 0; first < members.length; ) {
    let end = first + 1;
    if (canRepeat(tree, members[first]!) && end < members.length && alike(tree, members[first]!, members[end]!, nameOf)) {
      const look = lookOf(tree, members[first]!, looks);
      while (end < members.length && alike(tree, members[first]!, members[end]!, nameOf) && lookOf(tree, members[end]!, looks) === look) end++;
      if (end - first >= FEWEST) runs.push({ first, end });
    }
    first = end;
  }
  return runs;
}

function canRepeat(tree: Tree, member: number): boolean {
  return member < 0 && tree.kind[~member] !== 'repeat';
}

function alike(tree: Tree, a: number, b: number, nameOf: (group: number) => string): boolean {
  if (!canRepeat(tree, b) || tree.kind[~a] !== tree.kind[~b]) return false;
  if (endPlace(tree, a) - firstPlace(tree, a) !== endPlace(tree, b) - firstPlace(tree, b)) return false;
  return tree.kind[~a] === 'period' || series(nameOf(~a)) === series(nameOf(~b));
}

/** A name without its numbers: `layer_0` and `layer_11`, or `dense` and `dense_1`, are one series. */
function series(name: string): string {
  return name.replace(/\d+/g, '#').replace(/_#$/, '').replace(/_#$/, '');
}

/** Two 32-bit hashes over the ops of a member and the edges inside it, as one text. Linear in them. */
export function lookOf(tree: Tree, member: number, { op, neighbours: { after } }: Looks): string {
  const first = firstPlace(tree, member);
  const end = endPlace(tree, member);
  let a = end - first;
  let b = ~a;
  for (let at = first; at < end; at++) {
    const node = tree.order[at]!;
    a = mix(a, op[node]!);
    b = mix(b, ~op[node]!);
    for (let k = after.start[node]!; k < after.start[node + 1]!; k++) {
      const target = tree.place[after.items[k]!]!;
      if (target >= end) continue;
      a = mix(a, target - at);
      b = mix(b, at - target);
    }
  }
  return `${a}:${b}`;
}

function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e3779b1);
  return h ^ (h >>> 15);
}
