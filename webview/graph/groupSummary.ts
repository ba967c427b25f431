import type { GraphTables } from '../protocol';
import { GONE, PRECISIONS } from '../tables';
import { opAt } from './describe';
import type { Groups } from './layout/picture';
import type { Moment } from './moment';

export interface OpTypeCount {
  readonly op: string;
  readonly count: number;
  /** By PRECISIONS; nodes that are gone are in none. */
  readonly precisions: readonly number[];
}

/** What a group holds at a moment. */
export interface GroupSummary {
  /** Nodes of the opened model. */
  readonly nodes: number;
  readonly gone: number;
  readonly precisions: readonly number[];
  /** Casts with both ends inside, and those on the way in or out. */
  readonly castsInside: number;
  readonly castsAtBorder: number;
  /** Most frequent first. */
  readonly opTypes: readonly OpTypeCount[];
}

/** Linear in the graph. */
export function summarize({ nodes, edges }: Pick<GraphTables, 'nodes' | 'edges'>, { order, first, end }: Groups, moment: Moment, group: number): GroupSummary {
  const { precision, marks } = moment;
  const inside = new Uint8Array(nodes.count);
  const types = new Map<string, number[]>();
  const members = order.subarray(first[group], end[group]);
  for (const node of members) {
    inside[node] = 1;
    const op = opAt(nodes, moment, node);
    let counts = types.get(op);
    if (!counts) types.set(op, (counts = [...PRECISIONS.map(() => 0), 0]));
    const code = precision[node]!;
    counts[code === GONE ? PRECISIONS.length : code]!++;
  }
  const opTypes = [...types].map(([op, counts]) => ({ op, count: counts.reduce((a, b) => a + b, 0), precisions: counts.slice(0, PRECISIONS.length) }));
  const precisions = PRECISIONS.map((_, code) => opTypes.reduce((sum, type) => sum + type.precisions[code]!, 0));
  /** By how many ends of the edge are inside. */
  const casts = [new Set<string>(), new Set<string>(), new Set<string>()] as const;
  for (const mark of marks) {
    if (mark.kind !== 'cast' || mark.folded) continue;
    const ends = (inside[edges.source[mark.edge]!]! + inside[edges.target[mark.edge]!]!) as 0 | 1 | 2;
    if (ends > 0) for (const id of mark.ids) casts[ends].add(id);
  }
  return {
    nodes: members.length,
    gone: members.length - precisions.reduce((a, b) => a + b, 0),
    precisions,
    castsInside: casts[2].size,
    castsAtBorder: casts[1].size,
    opTypes: opTypes.sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1)),
  };
}
