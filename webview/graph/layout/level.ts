import { fillRows, type LevelRows } from './levelRows';
import { assignLanes, passRows, type LineEnds, type Paths } from './paths';
import { placeRows } from './place';
import { routeLine } from './routes';
import { BOX_HEADER, BOX_LABEL, BOX_PADDING, ROW_GAP } from './spacing';

/** One level of the hierarchy: cards and boxes, and the lines between them and the border. */
export interface LevelInput {
  readonly items: number;
  readonly inPorts: number;
  readonly outPorts: number;
  /** What the label of the box needs; -1 for the whole graph, which has no border. */
  readonly labelWidth: number;
  /** Width each item needs, and height of its card or box. */
  readonly width: Float32Array;
  readonly height: Float32Array;
  /** Free height above each card. */
  readonly above: Float32Array;
  /** How far from the centre of each card lines may end; 0 for boxes, where they end at ports. */
  readonly reach: Float32Array;
  /** Ends of the lines: items first, then in-ports, then out-ports. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** x of the port from the centre of the box, where a line starts or ends at one. */
  readonly fromOffset: Float32Array;
  readonly toOffset: Float32Array;
  /** Equal for lines that carry the same value from the same place. */
  readonly value: Int32Array;
}

/** One level laid out; coordinates start at the top left corner of its box. */
export interface PlacedLevel {
  readonly width: number;
  readonly height: number;
  /** Centres of the cards and boxes. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly inPortX: Float64Array;
  readonly outPortX: Float64Array;
  /** Ends of the lines, as in the input. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Points of line l: pairs from start[l] up to start[l + 1]. */
  readonly start: Uint32Array;
  readonly points: Float64Array;
  /** Four numbers per line: where its last bend starts and ends. */
  readonly spots: Float64Array;
}

const LANE = 12;
const MAX_LANES = 40;
const FOOTER = 24;
const PORT_SPREAD = 16;
/** A line this little aside runs straight down. */
const STRAIGHT = 12;

/** Lays out the items of one level in the given rows, with all its lines. */
export function placeLevel(input: LevelInput, levelRows: LevelRows): PlacedLevel {
  const { items: count, labelWidth } = input;
  const framed = labelWidth >= 0;
  const ends = lineEnds(input);
  const paths = passRows(levelRows.row, ends, levelRows.inLane);
  const rows = fillRows(levelRows, paths);
  const last = rows.length - 1;

  const vertices = paths.row.length;
  const halfWidth = new Float32Array(vertices);
  for (let item = 0; item < count; item++) halfWidth[item] = input.width[item]! / 2;
  const x = placeRows(rows, halfWidth, (a, b) => (a < count && b < count ? 24 : 16), paths.links);

  const lanes = assignLanes(paths, ends, MAX_LANES);
  const padding = framed ? BOX_PADDING : 0;
  let left = Infinity;
  let right = -Infinity;
  x.forEach((at, vertex) => {
    left = Math.min(left, at - halfWidth[vertex]!);
    right = Math.max(right, at + halfWidth[vertex]!);
  });
  if (vertices === 0) left = right = 0;
  const laneRoom = lanes.lanes > 0 ? (lanes.lanes + 1) * LANE : 0;
  const inner = right - left + laneRoom;
  const width = Math.ceil(Math.max(inner, labelWidth + 8) / 8) * 8 + 2 * padding;
  const shift = padding - left + Math.floor((width - 2 * padding - inner) / 8) * 4;
  for (let vertex = 0; vertex < vertices; vertex++) x[vertex]! += shift;

  const { rowTop, rowBottom, cardTop } = rowHeights(rows, input, x, paths);
  const top = new Float64Array(vertices);
  const bottom = new Float64Array(vertices);
  for (let vertex = 0; vertex < vertices; vertex++) {
    const row = paths.row[vertex]!;
    const high = vertex < count ? input.height[vertex]! : 0;
    // What reads nothing stands low in its row, near its consumer.
    top[vertex] = vertex >= count ? rowTop[row]! : ends.source[vertex] === 1 ? rowBottom[row]! - high : cardTop[row]!;
    bottom[vertex] = vertex < count ? top[vertex]! + high : rowBottom[row]!;
  }
  const bendTop = rowBottom.map((y, row) => (row === 0 && framed ? y + BOX_LABEL : y));
  const view = { x, top, bottom, rowTop, bendTop, targetX: targetEnds(paths, ends, x, input), lane: lanes.lane, laneX: (lane: number) => right + shift + (lane + 1) * LANE };

  const start = new Uint32Array(input.from.length + 1);
  const points: number[] = [];
  const spots = new Float64Array(input.from.length * 4);
  for (let line = 0; line < input.from.length; line++) {
    const route = routeLine(line, ends, paths, view);
    for (const value of route.points) points.push(value);
    start[line + 1] = points.length;
    spots.set(route.spot, line * 4);
  }
  const firstOut = count + input.inPorts;
  return {
    width,
    height: rowBottom[last]!,
    x: x.slice(0, count),
    y: Float64Array.from(input.height, (height, item) => top[item]! + height / 2),
    inPortX: x.slice(count, firstOut),
    outPortX: x.slice(firstOut, firstOut + input.outPorts),
    from: input.from,
    to: input.to,
    start,
    points: Float64Array.from(points),
    spots,
  };
}

function lineEnds({ items, from, to, fromOffset, toOffset, value }: LevelInput): LineEnds {
  const source = new Uint8Array(items).fill(1);
  for (const item of to) if (item < items) source[item] = 0;
  return { from, to, fromOffset, toOffset, value, source };
}

/** Rows from top to bottom; a gap grows where lines cross it sideways. Cards stand below the free height of their row. */
function rowHeights(rows: readonly number[][], input: LevelInput, x: Float64Array, paths: Paths) {
  const framed = input.labelWidth >= 0;
  const sideways = new Float64Array(rows.length);
  paths.links.from.forEach((from, link) => {
    const reach = Math.abs(x[from]! + paths.links.fromOffset[link]! - x[paths.links.to[link]!]! - paths.links.toOffset[link]!);
    const row = paths.row[from]!;
    sideways[row] = Math.max(sideways[row]!, reach);
  });
  const rowTop: number[] = [0];
  const rowBottom: number[] = [0];
  const cardTop: number[] = [0];
  const last = rows.length - 1;
  for (let row = 1; row <= last; row++) {
    const grown = Math.min(36, Math.floor(sideways[row - 1]! / 64) * 4);
    let gap = ROW_GAP + grown;
    if (row === 1) gap = framed ? BOX_HEADER + grown : 0;
    else if (row === last) gap = !framed ? 0 : input.outPorts > 0 ? FOOTER : BOX_PADDING;
    rowTop.push(rowBottom[row - 1]! + gap);
    const most = (of: Float32Array): number => rows[row]!.reduce((max, vertex) => (vertex < input.items ? Math.max(max, of[vertex]!) : max), 0);
    cardTop.push(rowTop[row]! + most(input.above));
    rowBottom.push(cardTop[row]! + most(input.height));
  }
  return { rowTop, rowBottom, cardTop };
}

/**
 * Where each line touches its target: one that comes from (nearly) above runs straight down, the others stand beside it in the
 * order of where they come from.
 */
function targetEnds(paths: Paths, ends: LineEnds, x: Float64Array, input: LevelInput): Float64Array {
  const targetX = Float64Array.from(ends.to, (to, line) => x[to]! + ends.toOffset[line]!);
  const incoming = new Map<number, { line: number; at: number }[]>();
  ends.to.forEach((to, line) => {
    if (to >= input.items || input.reach[to] === 0) return;
    const through = paths.through[line];
    const before = through?.at(-1);
    const from = through === undefined ? Infinity : before === undefined ? x[ends.from[line]!]! + ends.fromOffset[line]! : x[before]!;
    const list = incoming.get(to);
    if (list) list.push({ line, at: from - x[to]! });
    else incoming.set(to, [{ line, at: from - x[to]! }]);
  });
  for (const [to, list] of incoming) {
    const offsets = spread(list.map(({ at }) => at), input.reach[to]!);
    list.forEach(({ line }, k) => (targetX[line]! += offsets[k]!));
  }
  return targetX;
}

/** Offsets from the centre of a card, at most `most`, for lines that come from `at` (also from the centre). */
function spread(at: readonly number[], most: number): number[] {
  const order = at.map((_, k) => k).sort((a, b) => at[a]! - at[b]! || a - b);
  const nearest = order.reduce((best, k) => (Math.abs(at[k]!) < Math.abs(at[best]!) ? k : best));
  const straight = Math.abs(at[nearest]!) <= Math.min(STRAIGHT, most);
  const middle = straight ? order.indexOf(nearest) : at.length === 1 ? 0 : order.filter((k) => at[k]! < 0).length - 0.5;
  const step = Math.min(PORT_SPREAD, most / Math.max(1, middle, at.length - 1 - middle));
  const offsets = at.map(() => 0);
  order.forEach((k, place) => {
    const offset = (place - middle) * step + (straight ? at[nearest]! : 0);
    offsets[k] = Math.max(-most, Math.min(most, offset));
  });
  return offsets;
}
