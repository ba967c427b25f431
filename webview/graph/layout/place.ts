/** A link between neighbouring rows with the x offset of its ends from the centres of its vertices; heavy links want to be straight. */
export interface PlacedLinks {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly fromOffset: Float32Array;
  readonly toOffset: Float32Array;
  readonly weight: Float32Array;
}

const GRID = 4;
const SWEEPS = 3;

/**
 * Centre x of every vertex, keeping the order in the rows and the free space between neighbours: each sweep moves a row to where
 * its neighbours want it (weighted median), and settles conflicts by least squares with the pool-adjacent-violators method,
 * which is exact and linear. The last sweep runs downwards, so that a chain stands in one straight line. On a 4 px grid.
 */
export function placeRows(rows: readonly number[][], halfWidth: Float32Array, gap: (a: number, b: number) => number, links: PlacedLinks): Float64Array {
  const vertices = halfWidth.length;
  const x = new Float64Array(vertices);
  for (const row of rows) {
    let at = 0;
    row.forEach((vertex, index) => {
      if (index > 0) at += halfWidth[row[index - 1]!]! + gap(row[index - 1]!, vertex) + halfWidth[vertex]!;
      x[vertex] = at;
    });
    for (const vertex of row) x[vertex]! -= at / 2;
  }
  const above: number[][] = Array.from({ length: vertices }, () => []);
  const below: number[][] = Array.from({ length: vertices }, () => []);
  for (let link = 0; link < links.from.length; link++) {
    below[links.from[link]!]!.push(link);
    above[links.to[link]!]!.push(link);
  }
  const sweepRow = (row: readonly number[], down: boolean): void => {
    const wishes = row.map((vertex) => {
      const near = down ? above[vertex]! : below[vertex]!;
      return near.length > 0 ? median(near, x, links, down) : x[vertex]!;
    });
    const weights = row.map((vertex) => (down ? above[vertex]! : below[vertex]!).reduce((sum, link) => sum + links.weight[link]!, 0.1));
    settle(row, x, wishes, weights, halfWidth, gap);
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (let k = 0; k < rows.length; k++) sweepRow(rows[down ? k : rows.length - 1 - k]!, down);
  }
  // The first row has nothing above it: it may go straight over what hangs on it.
  if (rows[0]) sweepRow(rows[0], false);
  for (let vertex = 0; vertex < vertices; vertex++) x[vertex] = Math.round(x[vertex]! / GRID) * GRID;
  return x;
}

/** Weighted median of where the links would have the vertex; the mean of both where two halves balance. */
function median(near: readonly number[], x: Float64Array, links: PlacedLinks, down: boolean): number {
  const wish = (link: number): number =>
    down
      ? x[links.from[link]!]! + links.fromOffset[link]! - links.toOffset[link]!
      : x[links.to[link]!]! + links.toOffset[link]! - links.fromOffset[link]!;
  const sorted = near.map((link) => ({ at: wish(link), weight: links.weight[link]! })).sort((a, b) => a.at - b.at);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  for (let k = 0; k < sorted.length; k++) {
    passed += sorted[k]!.weight;
    if (passed > half) return sorted[k]!.at;
    if (passed === half) return (sorted[k]!.at + sorted[k + 1]!.at) / 2;
  }
  return sorted[sorted.length - 1]!.at;
}

/** Nearest positions to the wishes that keep order and distance: blocks of vertices that push each other move as one. */
function settle(row: readonly number[], x: Float64Array, wishes: readonly number[], weights: readonly number[], halfWidth: Float32Array, gap: (a: number, b: number) => number): void {
  const offsets: number[] = [];
  const blocks: { mean: number; weight: number; count: number }[] = [];
  let offset = 0;
  row.forEach((vertex, index) => {
    if (index > 0) offset += halfWidth[row[index - 1]!]! + gap(row[index - 1]!, vertex) + halfWidth[vertex]!;
    offsets.push(offset);
    let block = { mean: wishes[index]! - offset, weight: weights[index]!, count: 1 };
    for (let before = blocks.at(-1); before && before.mean > block.mean; before = blocks.at(-1)) {
      blocks.pop();
      const weight = before.weight + block.weight;
      block = { mean: (before.mean * before.weight + block.mean * block.weight) / weight, weight, count: before.count + block.count };
    }
    blocks.push(block);
  });
  let index = 0;
  for (const block of blocks) for (let k = 0; k < block.count; k++, index++) x[row[index]!] = block.mean + offsets[index]!;
}
