import type { EdgeTable } from '../../protocol';
import { PRECISIONS } from '../../tables';
import type { Groups } from '../layout/picture';
import type { Mark, Moment } from '../moment';

/** What is inside a group. */
export interface Mix {
  /** Nodes of each of PRECISIONS. */
  readonly counts: readonly number[];
  /** Nodes that are in the graph. */
  readonly nodes: number;
  readonly casts: number;
}

const WAYS = PRECISIONS.length;

/** Counts of any group at a moment: prepared in one pass over nodes and marks. */
export function countMixes(groups: Groups, edges: EdgeTable, { precision, marks }: Pick<Moment, 'precision' | 'marks'>): (group: number) => Mix {
  const { order, first, end } = groups;
  /** Nodes of each precision before each place of the order. */
  const before = new Uint32Array((order.length + 1) * WAYS);
  for (let k = 0; k < order.length; k++) {
    for (let way = 0; way < WAYS; way++) before[(k + 1) * WAYS + way] = before[k * WAYS + way]!;
    const way = precision[order[k]!]!;
    if (way < WAYS) before[(k + 1) * WAYS + way]!++;
  }
  const casts = castsInside(groups, edges, marks);
  return (group) => {
    const counts = PRECISIONS.map((_, way) => before[end[group]! * WAYS + way]! - before[first[group]! * WAYS + way]!);
    return { counts, nodes: counts.reduce((sum, count) => sum + count, 0), casts: casts[group]! };
  };
}

/** Casts on edges with both ends inside, per group; one Cast may stand on several edges. */
function castsInside({ count, parent, groupOf }: Groups, { source, target }: EdgeTable, marks: readonly Mark[]): Int32Array {
  const edgesOfCast = new Map<string, number[]>();
  for (const { kind, folded, ids, edge } of marks) {
    if (kind !== 'cast' || folded) continue;
    const known = edgesOfCast.get(ids[0]!);
    if (known) known.push(edge);
    else edgesOfCast.set(ids[0]!, [edge]);
  }
  const casts = new Int32Array(count);
  const counted = new Int32Array(count);
  let cast = 0;
  for (const edges of edgesOfCast.values()) {
    cast++;
    for (const edge of edges) {
      let group = commonGroup(parent, groupOf[source[edge]!]!, groupOf[target[edge]!]!);
      for (; group >= 0 && counted[group] !== cast; group = parent[group]!) {
        counted[group] = cast;
        casts[group]!++;
      }
    }
  }
  return casts;
}

/** Parents come before their children. */
function commonGroup(parent: Int32Array, a: number, b: number): number {
  while (a !== b) {
    if (a > b) a = parent[a]!;
    else b = parent[b]!;
  }
  return a;
}
