/** Links between one row and the next; offsets are where a link touches its vertex, as a fraction of its width from -0.5 to 0.5. */
export interface RowLinks {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly fromOffset: Float32Array;
  readonly toOffset: Float32Array;
}

const SWEEPS = 8;

/**
 * Order of the vertices within each row: sweeps down and up that sort every row by the mean position of its neighbours, keeping
 * the order with fewest crossings. Deterministic; linear in links, times log for sorting and counting.
 */
export function orderRows(rows: readonly number[][], vertices: number, links: RowLinks): number[][] {
  const rowOf = new Int32Array(vertices);
  const position = new Float64Array(vertices);
  rows.forEach((row, index) => row.forEach((vertex) => (rowOf[vertex] = index)));
  const above = adjacency(vertices, links.to, links.from, links.fromOffset);
  const below = adjacency(vertices, links.from, links.to, links.toOffset);
  const number = (row: readonly number[]): void => row.forEach((vertex, index) => (position[vertex] = index));
  let best = rows.map((row) => [...row]);
  best.forEach(number);
  let fewest = countCrossings(rows, rowOf, position, links);
  const current = best.map((row) => [...row]);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    for (let k = 1; k < current.length; k++) {
      const row = current[down ? k : current.length - 1 - k]!;
      sortByNeighbours(row, position, down ? above : below);
      number(row);
    }
    const crossings = countCrossings(current, rowOf, position, links);
    if (crossings < fewest) {
      fewest = crossings;
      best = current.map((row) => [...row]);
    }
  }
  return best;
}

interface Adjacency {
  readonly start: Int32Array;
  readonly neighbour: Int32Array;
  readonly offset: Float32Array;
}

function adjacency(vertices: number, of: Int32Array, neighbours: Int32Array, offsets: Float32Array): Adjacency {
  const start = new Int32Array(vertices + 1);
  for (const vertex of of) start[vertex + 1]!++;
  for (let vertex = 0; vertex < vertices; vertex++) start[vertex + 1]! += start[vertex]!;
  const at = start.slice(0, vertices);
  const neighbour = new Int32Array(of.length);
  const offset = new Float32Array(of.length);
  for (let link = 0; link < of.length; link++) {
    const slot = at[of[link]!]!++;
    neighbour[slot] = neighbours[link]!;
    offset[slot] = offsets[link]!;
  }
  return { start, neighbour, offset };
}

function sortByNeighbours(row: number[], position: Float64Array, { start, neighbour, offset }: Adjacency): void {
  const keys = new Map<number, number>();
  for (const vertex of row) {
    let sum = 0;
    for (let k = start[vertex]!; k < start[vertex + 1]!; k++) sum += position[neighbour[k]!]! + offset[k]! * 0.9;
    const count = start[vertex + 1]! - start[vertex]!;
    keys.set(vertex, count > 0 ? sum / count : position[vertex]!);
  }
  row.sort((a, b) => keys.get(a)! - keys.get(b)! || position[a]! - position[b]!);
}

/** Pairs of links that cross, by counting inversions with a Fenwick tree row by row. */
function countCrossings(rows: readonly number[][], rowOf: Int32Array, position: Float64Array, links: RowLinks): number {
  const perRow: number[][] = rows.map(() => []);
  for (let link = 0; link < links.from.length; link++) perRow[rowOf[links.from[link]!]!]!.push(link);
  let crossings = 0;
  for (const list of perRow) {
    const upper = (link: number): number => position[links.from[link]!]! + links.fromOffset[link]! * 0.9;
    const lower = (link: number): number => position[links.to[link]!]! + links.toOffset[link]! * 0.9;
    const ends = [...new Set(list.map(lower))].sort((a, b) => a - b);
    const place = new Map(ends.map((end, index) => [end, index + 1]));
    const tree = new Int32Array(ends.length + 1);
    list.sort((a, b) => upper(a) - upper(b) || lower(a) - lower(b));
    let seen = 0;
    for (const link of list) {
      const at = place.get(lower(link))!;
      let notRight = 0;
      for (let k = at; k > 0; k -= k & -k) notRight += tree[k]!;
      crossings += seen - notRight;
      for (let k = at; k < tree.length; k += k & -k) tree[k]!++;
      seen++;
    }
  }
  return crossings;
}
