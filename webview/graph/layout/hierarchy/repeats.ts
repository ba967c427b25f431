import type { NodeTable } from '../../../protocol';
import type { Neighbours } from './rows';
import { endPlace, firstPlace, type Run, type Tree } from './tree';

const FEWEST = 3;

/** What makes two nodes look alike: a number per op type. */
export interface Looks {
  readonly op: NodeTable['op'];
  readonly neighbours: Neighbours;
  /** 1 for nodes at the end of an edge. */
  readonly connected: Uint8Array;
}

/**
 * Runs of groups that are built alike: the same ops in the same order with the same edges between them, and names that differ in
 * numbers only; where a repetition made the groups, names do not count. Also runs of one op that nothing reads or feeds.
 */
export function repeatRuns(tree: Tree, members: readonly number[], looks: Looks, nameOf: (group: number) => string): Run[] {
  const runs: Run[] = [];
  for (let first = 0; first < members.length; ) {
    let end = first + 1;
    if (canRepeat(tree, members[first]!, looks) && end < members.length && alike(tree, members[first]!, members[end]!, looks, nameOf)) {
      const look = lookOf(tree, members[first]!, looks);
      while (end < members.length && alike(tree, members[first]!, members[end]!, looks, nameOf) && lookOf(tree, members[end]!, looks) === look) end++;
      if (end - first >= FEWEST) runs.push({ first, end });
    }
    first = end;
  }
  return runs;
}

function canRepeat(tree: Tree, member: number, { connected }: Looks): boolean {
  return member >= 0 ? connected[member] === 0 : tree.kind[~member] !== 'repeat';
}

function alike(tree: Tree, a: number, b: number, looks: Looks, nameOf: (group: number) => string): boolean {
  if (!canRepeat(tree, b, looks) || a < 0 !== b < 0) return false;
  if (a >= 0) return true;
  if (tree.kind[~a] !== tree.kind[~b]) return false;
  if (endPlace(tree, a) - firstPlace(tree, a) !== endPlace(tree, b) - firstPlace(tree, b)) return false;
  return tree.kind[~a] === 'period' || series(nameOf(~a)) === series(nameOf(~b));
}

/** A name without its numbers: `layer_0` and `layer_11`, or `dense` and `dense_1`, are one series. */
function series(name: string): string {
  return name.replace(/\d+/g, '#').replace(/_#$/, '').replace(/_#$/, '');
}

/** Two 32-bit hashes over the ops of a member and the edges inside it, as one text. Linear in them. */
export function lookOf(tree: Tree, member: number, { op, neighbours: { before } }: Looks): string {
  const first = firstPlace(tree, member);
  const end = endPlace(tree, member);
  let a = end - first;
  let b = ~a;
  for (let at = first; at < end; at++) {
    const node = tree.order[at]!;
    a = mix(a, op[node]!);
    b = mix(b, ~op[node]!);
    for (let k = before.start[node]!; k < before.start[node + 1]!; k++) {
      const source = tree.place[before.items[k]!]!;
      if (source < first) continue;
      a = mix(a, at - source);
      b = mix(b, source - at);
    }
  }
  return `${a}:${b}`;
}

function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e3779b1);
  return h ^ (h >>> 15);
}
