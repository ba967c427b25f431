import type { Moment } from './moment';
import type { View } from './view';

const known = new WeakMap<Moment, readonly string[]>();

/** Ids of the Casts that stand at a moment, in the order in which the graph reads their values. */
export function castsInOrder({ tables, groups, moment }: View): readonly string[] {
  const before = known.get(moment);
  if (before) return before;
  const place = new Int32Array(tables.nodes.count);
  groups.order.forEach((node, index) => (place[node] = index));
  const { target } = tables.edges;
  const casts = moment.marks.filter(({ kind, folded }) => kind === 'cast' && !folded).sort((a, b) => place[target[a.edge]!]! - place[target[b.edge]!]!);
  const ids = [...new Set(casts.flatMap((mark) => mark.ids))];
  known.set(moment, ids);
  return ids;
}
