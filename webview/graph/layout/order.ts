/** Links between one row and the next; offsets are where a link touches its vertex, as a fraction of its width from -0.5 to 0.5. */
export interface RowLinks {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly fromOffset: Float32Array;
  readonly toOffset: Float32Array;
}

/** Places are whole numbers: so many to each vertex of a row. */
const PLACES = 1024;

const MOST_SWEEPS = 24;
/** Sweeps without fewer crossings after which we stop. */
const PATIENCE = 6;
/** Rounds of exchanging neighbours after each sweep. */
const ROUNDS = 4;

/**
 * Order of the vertices within each row with few crossings (Sugiyama's method): sweeps down and up sort every row by the mean
 * position of its neighbours, then neighbours in a row change places where that saves crossings (the transposition of Gansner,
 * Koutsofios, North and Vo, "A technique for drawing directed graphs", 1993). Starts from the rows as given and from walks
 * down and up the graph, and keeps the best. Deterministic; linear in links, times log for sorting and counting.
 */
export function orderRows(rows: readonly number[][], vertices: number, links: RowLinks): number[][] {
  const layers = layersOf(vertices, links);
  const upwards = walkedRows([...rows].reverse(), layers.above).reverse();
  const starts = [rows, walkedRows(rows, layers.below), upwards];
  let best: Ordered = { rows: [], crossings: Infinity };
  for (const start of starts) {
    const found = improve(start, layers);
    if (found.crossings < best.crossings) best = found;
    if (best.crossings === 0) break;
  }
  return best.rows;
}

interface Layers {
  readonly above: Neighbours;
  readonly below: Neighbours;
  /** Place of each vertex in its row. */
  readonly position: Int32Array;
}

interface Ordered {
  readonly rows: number[][];
  readonly crossings: number;
}

function improve(start: readonly number[][], layers: Layers): Ordered {
  const rows = start.map((row) => [...row]);
  for (const row of rows) number(row, layers);
  let best: Ordered = { rows: start.map((row) => [...row]), crossings: countCrossings(rows, layers) };
  for (let sweep = 0, idle = 0; sweep < MOST_SWEEPS && idle < PATIENCE && best.crossings > 0; sweep++) {
    const down = sweep % 2 === 0;
    const leftFirst = sweep % 4 < 2;
    for (let k = 1; k < rows.length; k++) sortByNeighbours(rows[down ? k : rows.length - 1 - k]!, layers, down ? layers.above : layers.below, leftFirst);
    exchange(rows, layers);
    const crossings = countCrossings(rows, layers);
    idle++;
    if (crossings >= best.crossings) continue;
    idle = 0;
    best = { rows: rows.map((row) => [...row]), crossings };
  }
  return best;
}

/** Neighbours of vertex v: `vertex` from start[v] to start[v + 1], and how far from their middle and from that of v the links end. */
interface Neighbours {
  readonly start: Int32Array;
  readonly vertex: Int32Array;
  readonly offset: Int32Array;
  readonly ownOffset: Int32Array;
}

function layersOf(vertices: number, { from, to, fromOffset, toOffset }: RowLinks): Layers {
  return { above: neighbours(vertices, to, from, toOffset, fromOffset), below: neighbours(vertices, from, to, fromOffset, toOffset), position: new Int32Array(vertices) };
}

function neighbours(vertices: number, of: Int32Array, others: Int32Array, ownOffsets: Float32Array, offsets: Float32Array): Neighbours {
  const start = new Int32Array(vertices + 1);
  for (const vertex of of) start[vertex + 1]!++;
  for (let vertex = 0; vertex < vertices; vertex++) start[vertex + 1]! += start[vertex]!;
  const at = start.slice(0, vertices);
  const vertex = new Int32Array(of.length);
  const offset = new Int32Array(of.length);
  const ownOffset = new Int32Array(of.length);
  // Not up to the border: there the next vertex begins.
  const places = (share: number): number => Math.round(share * (PLACES - 2));
  for (let link = 0; link < of.length; link++) {
    const slot = at[of[link]!]!++;
    vertex[slot] = others[link]!;
    offset[slot] = places(offsets[link]!);
    ownOffset[slot] = places(ownOffsets[link]!);
  }
  return { start, vertex, offset, ownOffset };
}

function number(row: readonly number[], { position }: Layers): void {
  row.forEach((vertex, index) => (position[vertex] = index));
}

/** Rows in the order in which a walk from the first row on, depth first, meets their vertices. */
function walkedRows(rows: readonly (readonly number[])[], { start, vertex: next }: Neighbours): number[][] {
  const rowOf = new Int32Array(start.length - 1);
  rows.forEach((row, index) => row.forEach((vertex) => (rowOf[vertex] = index)));
  const seen = new Uint8Array(rowOf.length);
  const walked: number[][] = rows.map(() => []);
  const stack: number[] = [];
  for (const row of rows) {
    for (const first of row) {
      stack.push(first);
      for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop()) {
        if (seen[vertex] === 1) continue;
        seen[vertex] = 1;
        walked[rowOf[vertex]!]!.push(vertex);
        for (let k = start[vertex + 1]! - 1; k >= start[vertex]!; k--) stack.push(next[k]!);
      }
    }
  }
  return walked;
}

/** Vertices without neighbours stay about where they are. */
function sortByNeighbours(row: number[], layers: Layers, { start, vertex: neighbour, offset }: Neighbours, leftFirst: boolean): void {
  const { position } = layers;
  const means = new Map<number, number>();
  for (const vertex of row) {
    let sum = 0;
    for (let k = start[vertex]!; k < start[vertex + 1]!; k++) sum += position[neighbour[k]!]! + offset[k]! / PLACES;
    const count = start[vertex + 1]! - start[vertex]!;
    means.set(vertex, count > 0 ? sum / count : position[vertex]!);
  }
  const ties = leftFirst ? 1 : -1;
  row.sort((a, b) => means.get(a)! - means.get(b)! || ties * (position[a]! - position[b]!));
  number(row, layers);
}

/** Changes the places of neighbours in a row where that saves crossings with the rows above and below. */
function exchange(rows: readonly number[][], { above, below, position }: Layers): void {
  for (let round = 0; round < ROUNDS; round++) {
    let saved = 0;
    for (const row of rows) {
      let ends = row.length > 1 ? [placesOf(row[0]!, above, position), placesOf(row[0]!, below, position)] : [];
      for (let k = 0; k + 1 < row.length; k++) {
        const [left, right] = [row[k]!, row[k + 1]!];
        const next = [placesOf(right, above, position), placesOf(right, below, position)];
        const gain = inversions(ends[0]!, next[0]!) + inversions(ends[1]!, next[1]!) - inversions(next[0]!, ends[0]!) - inversions(next[1]!, ends[1]!);
        if (gain > 0) {
          [row[k], row[k + 1]] = [right, left];
          position[right] = k;
          position[left] = k + 1;
          saved += gain;
        } else ends = next;
      }
    }
    if (saved === 0) return;
  }
}

/** Places at which a vertex's links end, ascending. */
function placesOf(vertex: number, { start, vertex: neighbour, offset }: Neighbours, position: Int32Array): Int32Array {
  const first = start[vertex]!;
  const places = new Int32Array(start[vertex + 1]! - first);
  for (let k = 0; k < places.length; k++) places[k] = position[neighbour[first + k]!]! * PLACES + offset[first + k]!;
  return places.length > 1 ? places.sort() : places;
}

/** Pairs of a left and a right place that are the wrong way round. */
function inversions(left: Int32Array, right: Int32Array): number {
  let pairs = 0;
  let before = 0;
  for (const place of left) {
    while (before < right.length && right[before]! < place) before++;
    pairs += before;
  }
  return pairs;
}

/** Pairs of links that cross, by counting inversions with a Fenwick tree row by row. */
function countCrossings(rows: readonly (readonly number[])[], { below, position }: Layers): number {
  let crossings = 0;
  for (const row of rows) {
    const links: { readonly upper: number; readonly lower: number }[] = [];
    for (const vertex of row) {
      for (let k = below.start[vertex]!; k < below.start[vertex + 1]!; k++) {
        links.push({ upper: position[vertex]! * PLACES + below.ownOffset[k]!, lower: position[below.vertex[k]!]! * PLACES + below.offset[k]! });
      }
    }
    links.sort((a, b) => a.upper - b.upper || a.lower - b.lower);
    const lowers = Int32Array.from(links, ({ lower }) => lower).sort();
    const rank = new Map<number, number>();
    for (const lower of lowers) if (!rank.has(lower)) rank.set(lower, rank.size + 1);
    const tree = new Int32Array(rank.size + 1);
    links.forEach(({ lower }, seen) => {
      let notRight = 0;
      for (let k = rank.get(lower)!; k > 0; k -= k & -k) notRight += tree[k]!;
      crossings += seen - notRight;
      for (let k = rank.get(lower)!; k < tree.length; k += k & -k) tree[k]!++;
    });
  }
  return crossings;
}
