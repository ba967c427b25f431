import type { EdgeTable, ListTable } from '../../../protocol';

/** The edges that make the hierarchy, as the nodes before and after each node. Without loops. */
export interface Neighbours {
  readonly before: ListTable;
  readonly after: ListTable;
}

/** Leaves out the edges marked in `left`. */
export function neighboursOf(count: number, { source, target }: Pick<EdgeTable, 'source' | 'target'>, left: Uint8Array): Neighbours {
  return { before: rowsBy(count, target, source, left), after: rowsBy(count, source, target, left) };
}

/** The values of each key, in the order they are given in. */
function rowsBy(count: number, keys: Int32Array, values: Int32Array, left: Uint8Array): ListTable {
  const start = new Uint32Array(count + 1);
  for (let k = 0; k < keys.length; k++) if (left[k] === 0) start[keys[k]! + 1]!++;
  for (let key = 0; key < count; key++) start[key + 1]! += start[key]!;
  const items = new Int32Array(start[count]!);
  const at = start.slice(0, count);
  for (let k = 0; k < keys.length; k++) if (left[k] === 0) items[at[keys[k]!]!++] = values[k]!;
  return { items, start };
}
