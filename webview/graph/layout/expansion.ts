import { listAt } from '../../tables';
import { GROUP_KINDS, type Groups } from './picture';

/** A graph of so few ops is legible as a whole. */
const SMALL = 80;
/** Cards that are legible at once. */
const LEGIBLE = 60;

const REPEAT = GROUP_KINDS.indexOf('repeat');

/**
 * The groups that are expanded when a graph is opened, 1 each: all of a small graph; of others depth after depth while the
 * cards stay legible, and repeats closed.
 */
export function legibleExpansion(groups: Groups): Uint8Array {
  const expanded = new Uint8Array(groups.count);
  if (groups.order.length <= SMALL) return expanded.fill(1);
  let visible = 1;
  for (let level = [0]; level.length > 0; ) {
    const cards = level.reduce((sum, group) => sum + sizeOf(groups, group) - 1, visible);
    if (level[0] !== 0 && cards > LEGIBLE) break;
    visible = cards;
    for (const group of level) expanded[group] = 1;
    level = level.flatMap((group) => [...listAt(groups.members, group)].flatMap((member) => (member < 0 && groups.kind[~member] !== REPEAT ? [~member] : [])));
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

function sizeOf(groups: Groups, group: number): number {
  return groups.members.start[group + 1]! - groups.members.start[group]!;
}
