import type { SensitivityTable } from '../protocol';
import { t } from '../l10n';
import type { Groups } from './layout/picture';

/** A level ends where the output's signal is so many dB above the error: the first is the best. */
const ENDS = [60, 50, 40, 30, -Infinity] as const;
export const HEAT_LEVELS = ENDS.length;
export const UNMEASURED = -1;

/** How far an op's error alone moves the output, as a level per node and group: 0 hardly, UNMEASURED where it is not known. */
export interface Heat {
  readonly nodes: Int8Array;
  /** Of a group that of its worst op. */
  readonly groups: Int8Array;
  /** How many ops are of each level. */
  readonly counts: readonly number[];
  readonly unmeasured: number;
}

export function heatLevel(decibels: number): number {
  return ENDS.findIndex((end) => decibels >= end);
}

/** Linear in nodes times the depth of groups. */
export function heatOf({ nodes, decibels }: SensitivityTable, count: number, groups: Groups): Heat {
  const levels = new Int8Array(count).fill(UNMEASURED);
  const counts = ENDS.map(() => 0);
  for (const [index, node] of nodes.entries()) {
    const level = heatLevel(decibels[index]!);
    levels[node] = level;
    counts[level]!++;
  }
  const worst = new Int8Array(groups.count).fill(UNMEASURED);
  for (const [node, level] of levels.entries()) {
    for (let group = groups.groupOf[node]!; group >= 0 && worst[group]! < level; group = groups.parent[group]!) worst[group] = level;
  }
  return { nodes: levels, groups: worst, counts, unmeasured: count - nodes.length };
}

/** What the legend says of a level. */
export function heatText(level: number): string {
  if (level === 0) return t('{0} dB or more', ENDS[0]);
  return level === HEAT_LEVELS - 1 ? t('below {0} dB', ENDS[level - 1]!) : t('{0} to {1} dB', ENDS[level]!, ENDS[level - 1]!);
}

/** The class of a card. */
export function heatClass(level: number): string {
  return level === UNMEASURED ? ' unmeasured' : ` heat${level}`;
}
