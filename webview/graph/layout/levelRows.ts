import { orderRows } from './order';
import { passRows, verticesInLanes, type LineEnds, type Paths } from './paths';
import { rankItems } from './rank';

/** Rows of a level and the order in them: the same whether its groups are collapsed or expanded, so that expanding moves nothing past another. */
export interface LevelRows {
  /** Row of every item, in-port (0) and out-port (the last). */
  readonly row: Int32Array;
  /** 1 for vertices whose lines run in lanes. */
  readonly inLane: Uint8Array;
  /** From left to right: a vertex, or `~vertex` where the lines of that vertex pass. */
  readonly order: readonly (readonly number[])[];
}

/** Who reads whom in a level: vertices of items, then in-ports, then out-ports; each pair once. */
export interface LevelStructure {
  readonly items: number;
  readonly inPorts: number;
  readonly outPorts: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Where on the border of its item a line ends, as a fraction of the width from -0.5 to 0.5. */
  readonly fromShare: Float32Array;
  readonly toShare: Float32Array;
}

export function arrangeRows({ items, inPorts, outPorts, from, to, fromShare, toShare }: LevelStructure): LevelRows {
  const vertices = items + inPorts + outPorts;
  const source = new Uint8Array(items).fill(1);
  const fed = new Uint8Array(items);
  to.forEach((item, line) => {
    if (item >= items) return;
    source[item] = 0;
    if (from[line]! >= items) fed[item] = 1;
  });
  const itemRow = rankItems(items, { from, to }, fed);
  const last = itemRow.reduce((max, row) => Math.max(max, row), 0) + 1;
  const row = new Int32Array(vertices).fill(last, items + inPorts);
  row.set(itemRow);
  const inLane = verticesInLanes(row, from, to);
  const ends: LineEnds = { from, to, fromOffset: fromShare, toOffset: toShare, value: from, source };
  const paths = passRows(row, ends, inLane);
  const rows: number[][] = Array.from({ length: last + 1 }, () => []);
  paths.row.forEach((at, vertex) => rows[at]!.push(vertex));
  const order = orderRows(rows, paths.row.length, paths.links);
  return { row, inLane, order: order.map((list) => list.map((vertex) => (vertex < vertices ? vertex : ~paths.origin[vertex - vertices]!))) };
}

/** The rows with one vertex for each value that passes; those that start at one item stand as they start. */
export function fillRows({ row, order }: LevelRows, paths: Paths): number[][] {
  const passing = new Map<number, number[]>();
  const keyOf = (origin: number, at: number): number => at * row.length + origin;
  paths.origin.forEach((origin, k) => {
    const vertex = row.length + k;
    const key = keyOf(origin, paths.row[vertex]!);
    const list = passing.get(key);
    if (list) list.push(vertex);
    else passing.set(key, [vertex]);
  });
  const startOf = (vertex: number): number => paths.originOffset[vertex - row.length]!;
  for (const list of passing.values()) list.sort((a, b) => startOf(a) - startOf(b) || a - b);
  return order.map((list, at) => list.flatMap((vertex) => (vertex >= 0 ? vertex : (passing.get(keyOf(~vertex, at)) ?? []))));
}
