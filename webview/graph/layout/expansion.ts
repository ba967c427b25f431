import { listAt } from '../../tables';
import { GROUP_KINDS, type Groups } from './picture';

/** A graph of so few ops is legible as a whole. */
const SMALL = 40;
/** Cards that are legible at once, and too few to say anything. */
const LEGIBLE = 60;
const FEW = 6;

const REPEAT = GROUP_KINDS.indexOf('repeat');

/**
 * The groups that are expanded when a graph is opened, 1 each: all of a small graph; of others, repeats aside, depth after depth
 * while the cards stay legible. Of a depth that is too much the largest groups are, but only where there is little to see without.
 */
export function legibleExpansion(groups: Groups): Uint8Array {
  const expanded = new Uint8Array(groups.count);
  if (groups.order.length <= SMALL) return expanded.fill(1);
  let cards = 1;
  const expand = (group: number): void => {
    expanded[group] = 1;
    cards += memberCount(groups, group) - 1;
  };
  expand(0);
  for (let depth = groupsIn(groups, 0); depth.length > 0; depth = depth.flatMap((group) => groupsIn(groups, group))) {
    if (depth.reduce((sum, group) => sum + memberCount(groups, group) - 1, cards) <= LEGIBLE) {
      depth.forEach(expand);
      continue;
    }
    const largestFirst = [...depth].sort((a, b) => sizeOf(groups, b) - sizeOf(groups, a) || a - b);
    for (const group of largestFirst) if (cards < FEW && cards + memberCount(groups, group) - 1 <= LEGIBLE) expand(group);
    break;
  }
  return expanded;
}

/** The groups with one of these keys, and group 0. */
export function expansionFrom(groups: Groups, keys: readonly string[]): Uint8Array {
  const wanted = new Set(keys);
  return Uint8Array.from(groups.keys, (key, group) => Number(group === 0 || wanted.has(key)));
}

/** The same with every group around a node expanded. */
export function expandedTo(groups: Groups, expanded: Uint8Array, node: number): Uint8Array {
  const more = expanded.slice();
  for (let group = groups.groupOf[node]!; group >= 0; group = groups.parent[group]!) more[group] = 1;
  return more;
}

/** How many siblings a repeat holds, also where they are too many for one level. */
export function repeatCount(groups: Groups, group: number): number {
  let count = 0;
  const stack = [group];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const member of listAt(groups.members, at)) {
      if (member < 0 && groups.kind[~member] === REPEAT) stack.push(~member);
      else count++;
    }
  }
  return count;
}

function groupsIn(groups: Groups, group: number): number[] {
  return [...listAt(groups.members, group)].flatMap((member) => (member < 0 && groups.kind[~member] !== REPEAT ? [~member] : []));
}

function memberCount(groups: Groups, group: number): number {
  return groups.members.start[group + 1]! - groups.members.start[group]!;
}

function sizeOf(groups: Groups, group: number): number {
  return groups.end[group]! - groups.first[group]!;
}
