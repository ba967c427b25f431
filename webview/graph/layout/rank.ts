/** Links between vertices by index; an item's links point from lower to higher index, except in a loop. */
export interface Links {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/**
 * Row of each of the `items`, from 1: the longest path down to it, as items come in topological order. Then what hangs on
 * few inputs moves down to its first consumer: parameters stand beside the op that reads them instead of at the top.
 * `fed` marks items with an edge from outside; links to `items` and above are ports and count as one row below all items.
 * Links that point backwards are ignored. Linear.
 */
export function rankItems(items: number, links: Links, fed: Uint8Array): Int32Array {
  const row = new Int32Array(items).fill(1);
  const inputs = new Int32Array(items);
  const outputs = new Int32Array(items);
  const order = sortedBySource(items, links);
  let last = items > 0 ? 1 : 0;
  for (const link of order) {
    const from = links.from[link]!;
    const to = links.to[link]!;
    outputs[from]!++;
    if (to >= items) continue;
    inputs[to]!++;
    row[to] = Math.max(row[to]!, row[from]! + 1);
    last = Math.max(last, row[to]);
  }
  /** Items no edge from outside reaches: they may move down freely. */
  const free = new Uint8Array(items).fill(1);
  for (let item = 0; item < items; item++) if (fed[item] === 1) free[item] = 0;
  for (const link of order) if (links.to[link]! < items && free[links.from[link]!] === 0) free[links.to[link]!] = 0;

  for (let k = order.length - 1; k >= 0; ) {
    const item = links.from[order[k]!]!;
    let first = last + 1;
    for (; k >= 0 && links.from[order[k]!] === item; k--) {
      const to = links.to[order[k]!]!;
      first = Math.min(first, to < items ? row[to]! : last + 1);
    }
    if (free[item] === 1 || inputs[item]! + fed[item]! < outputs[item]!) row[item] = Math.max(row[item]!, first - 1);
  }
  return row;
}

/** Forward links in the order of their source. */
function sortedBySource(items: number, links: Links): Int32Array {
  const start = new Int32Array(items + 1);
  const forward = (link: number): boolean => links.from[link]! < items && links.from[link]! < links.to[link]!;
  for (let link = 0; link < links.from.length; link++) if (forward(link)) start[links.from[link]! + 1]!++;
  for (let item = 0; item < items; item++) start[item + 1]! += start[item]!;
  const order = new Int32Array(start[items]!);
  for (let link = 0; link < links.from.length; link++) if (forward(link)) order[start[links.from[link]!]!++] = link;
  return order;
}
