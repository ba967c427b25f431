import type { Neighbours } from './rows';
import type { Tree } from './tree';

/** How many values are alive between places k - 1 and k of the order: where few are, a graph can be split. Linear. */
export function valuesBetween({ order, place }: Pick<Tree, 'order' | 'place'>, { after }: Neighbours): Int32Array {
  const alive = new Int32Array(order.length + 1);
  for (let node = 0; node < order.length; node++) {
    let last = place[node]!;
    for (let k = after.start[node]!; k < after.start[node + 1]!; k++) last = Math.max(last, place[after.items[k]!]!);
    alive[place[node]! + 1]!++;
    alive[last + 1]!--;
  }
  for (let k = 1; k < alive.length; k++) alive[k]! += alive[k - 1]!;
  return alive;
}
