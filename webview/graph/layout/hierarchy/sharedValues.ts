import type { NodeTable } from '../../../protocol';
import type { Neighbours } from './rows';

const FEWEST_READERS = 3;
/** A reader so many ranks below the first one is far from it. */
const FAR = 32;
/** So many scopes are all over the graph, unless they stand side by side as the experts or heads of one layer do. */
const MANY_SCOPES = 8;
const SIDE_BY_SIDE = 8;
/** Readers that take no more than the shape of a value: the graph does not go on there. */
const SHAPE_READERS: ReadonlySet<string> = new Set(['Shape', 'ShapeN', 'Size', 'Rank']);

/**
 * 1 for nodes whose values are read all over the graph (attention masks, rotary tables, what an unrolled loop unpacks): at least
 * three of their readers are far from the first one, or readers are in more than eight scopes one below the other. A residual
 * connection has one reader far away and stays an edge; so does a value of which the graph goes on: some of its readers, but not
 * most, read nothing else. `order`: all nodes, those before others first. Linear.
 */
export function sharedValues({ ops, op }: Pick<NodeTable, 'ops' | 'op'>, { before, after }: Neighbours, order: Int32Array, scopeOf: Int32Array): Uint8Array {
  const shared = new Uint8Array(order.length);
  const rank = latestRanks({ before, after }, order);
  const readerSeen = new Int32Array(order.length).fill(-1);
  const scopeSeen = new Int32Array(scopeOf.length + 1).fill(-1);
  for (let node = 0; node < order.length; node++) {
    const from = after.start[node]!;
    const to = after.start[node + 1]!;
    if (to - from < FEWEST_READERS) continue;
    let first = Infinity;
    let last = -Infinity;
    for (let k = from; k < to; k++) {
      first = Math.min(first, rank[after.items[k]!]!);
      last = Math.max(last, rank[after.items[k]!]!);
    }
    let far = 0;
    let scopes = 0;
    let readers = 0;
    let alone = 0;
    for (let k = from; k < to; k++) {
      const reader = after.items[k]!;
      if (readerSeen[reader] === node) continue;
      readerSeen[reader] = node;
      readers++;
      if (before.start[reader + 1]! - before.start[reader]! === 1 && !SHAPE_READERS.has(ops[op[reader]!]!)) alone++;
      if (rank[reader]! > first + FAR) far++;
      if (scopeSeen[scopeOf[reader]!] !== node) scopes++;
      scopeSeen[scopeOf[reader]!] = node;
    }
    const goesOn = alone > 0 && alone * 2 < readers;
    const everywhere = far >= FEWEST_READERS || (scopes > MANY_SCOPES && last - first > SIDE_BY_SIDE);
    if (everywhere && !goesOn) shared[node] = 1;
  }
  return shared;
}

/** Longest paths from the start, then every node as far down as its readers let it: small inputs stand beside what reads them. */
function latestRanks({ before, after }: Neighbours, order: Int32Array): Int32Array {
  const rank = new Int32Array(order.length);
  for (const node of order) {
    for (let k = before.start[node]!; k < before.start[node + 1]!; k++) rank[node] = Math.max(rank[node]!, rank[before.items[k]!]! + 1);
  }
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]!;
    let latest = Infinity;
    for (let k = after.start[node]!; k < after.start[node + 1]!; k++) latest = Math.min(latest, rank[after.items[k]!]! - 1);
    if (latest < Infinity) rank[node] = latest;
  }
  return rank;
}
