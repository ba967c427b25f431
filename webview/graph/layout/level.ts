import { orderRows } from './order';
import { assignLanes, passRows, type Paths, type SegmentEnds } from './paths';
import { placeRows } from './place';
import { rankItems } from './rank';
import { routeSegment, type Route } from './routes';
import type { End, Level } from './segments';
import { BOX_HEADER, BOX_LABEL, BOX_PADDING, ROW_GAP } from './types';

export interface LevelItems {
  readonly width: Float32Array;
  readonly height: Float32Array;
  /** x of a port of a box item, from the box's centre. */
  portOffset(item: number, side: 'in' | 'out', port: number): number;
}

/** One level laid out; coordinates start at the top left corner of its box. */
export interface PlacedLevel {
  readonly width: number;
  readonly height: number;
  /** Centres of the items. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly inPortX: readonly number[];
  readonly outPortX: readonly number[];
  readonly routes: readonly Route[];
}

const LANE = 12;
const MAX_LANES = 40;
const FOOTER = 24;
const PORT_SPREAD = 16;
/** An edge this little aside runs straight down. */
const STRAIGHT = 12;

/**
 * Lays out the items of one box in rows, with all its edges. `labelWidth` is what the box's label needs; undefined for the
 * whole graph, which has no border.
 */
export function placeLevel(level: Level, items: LevelItems, labelWidth: number | undefined): PlacedLevel {
  const count = items.width.length;
  const firstOut = count + level.inPorts.length;
  const ends = segmentEnds(level, items);
  const fed = new Uint8Array(count);
  ends.from.forEach((from, s) => from >= count && ends.to[s]! < count && (fed[ends.to[s]!] = 1));
  const itemRow = rankItems(count, ends, fed);
  const last = itemRow.reduce((max, row) => Math.max(max, row), 0) + 1;
  const portRows = [...level.inPorts.map(() => 0), ...level.outPorts.map(() => last)];
  const paths = passRows([...itemRow, ...portRows], ends);

  const vertices = paths.row.length;
  const halfWidth = new Float32Array(vertices);
  for (let item = 0; item < count; item++) halfWidth[item] = items.width[item]! / 2;
  const rows = orderedRows(paths, last + 1, halfWidth);
  const x = placeRows(rows, halfWidth, (a, b) => (a < count && b < count ? 24 : 16), paths.links);

  const lanes = assignLanes(paths, ends, MAX_LANES);
  const padding = labelWidth === undefined ? 0 : BOX_PADDING;
  let left = Infinity;
  let right = -Infinity;
  x.forEach((at, vertex) => {
    left = Math.min(left, at - halfWidth[vertex]!);
    right = Math.max(right, at + halfWidth[vertex]!);
  });
  const laneRoom = lanes.lanes > 0 ? (lanes.lanes + 1) * LANE : 0;
  const inner = right - left + laneRoom;
  const width = Math.ceil(Math.max(inner, (labelWidth ?? 0) + 8) / 8) * 8 + 2 * padding;
  const shift = padding - left + Math.floor((width - 2 * padding - inner) / 8) * 4;
  for (let vertex = 0; vertex < vertices; vertex++) x[vertex]! += shift;

  const { rowTop, rowBottom } = rowHeights(rows, items.height, count, x, paths, level, labelWidth !== undefined);
  const height = rowBottom[last]!;
  const top = new Float64Array(vertices);
  const bottom = new Float64Array(vertices);
  for (let vertex = 0; vertex < vertices; vertex++) {
    const row = paths.row[vertex]!;
    const high = vertex < count ? items.height[vertex]! : 0;
    // What reads nothing stands low in its row, near its consumer.
    top[vertex] = vertex < count && ends.source[vertex] === 1 ? rowBottom[row]! - high : rowTop[row]!;
    bottom[vertex] = vertex < count ? top[vertex]! + high : rowBottom[row]!;
  }
  const bendTop = rowBottom.map((y, row) => (row === 0 && labelWidth !== undefined ? y + BOX_LABEL : y));
  const view = { x, top, bottom, rowTop, bendTop, targetX: targetEnds(paths, ends, x, items), lane: lanes.lane, laneX: (lane: number) => right + shift + (lane + 1) * LANE };
  const at = (from: number, to: number): number[] => Array.from(x.subarray(from, to));
  return {
    width,
    height,
    x: at(0, count),
    y: Array.from({ length: count }, (_, item) => top[item]! + items.height[item]! / 2),
    inPortX: at(count, firstOut),
    outPortX: at(firstOut, firstOut + level.outPorts.length),
    routes: level.segments.map((_, s) => routeSegment(s, ends, paths, view)),
  };
}

function segmentEnds(level: Level, items: LevelItems): SegmentEnds {
  const count = items.width.length;
  const vertex = (end: End): number => (end.kind === 'item' ? end.index : end.kind === 'in' ? count + end.index : count + level.inPorts.length + end.index);
  const source = new Uint8Array(count).fill(1);
  for (const { to } of level.segments) if (to.kind === 'item') source[to.index] = 0;
  return {
    from: Int32Array.from(level.segments, ({ from }) => vertex(from)),
    to: Int32Array.from(level.segments, ({ to }) => vertex(to)),
    source,
    fromOffset: Float32Array.from(level.segments, ({ from }) => (from.port < 0 ? 0 : items.portOffset(from.index, 'out', from.port))),
    toOffset: Float32Array.from(level.segments, ({ to }) => (to.port < 0 ? 0 : items.portOffset(to.index, 'in', to.port))),
    value: level.segments.map(({ from }) => `${vertex(from)},${from.port}`),
  };
}

function orderedRows(paths: Paths, count: number, halfWidth: Float32Array): number[][] {
  const rows: number[][] = Array.from({ length: count }, () => []);
  paths.row.forEach((row, vertex) => rows[row]!.push(vertex));
  const fraction = (vertices: Int32Array, offsets: Float32Array): Float32Array =>
    offsets.map((offset, link) => (offset === 0 ? 0 : offset / (2 * halfWidth[vertices[link]!]!)));
  const { from, to, fromOffset, toOffset } = paths.links;
  return orderRows(rows, paths.row.length, { from, to, fromOffset: fraction(from, fromOffset), toOffset: fraction(to, toOffset) });
}

/** Rows from top to bottom; a gap grows where edges cross it sideways. */
function rowHeights(rows: readonly number[][], heights: Float32Array, count: number, x: Float64Array, paths: Paths, level: Level, framed: boolean) {
  const sideways = new Float64Array(rows.length);
  paths.links.from.forEach((from, link) => {
    const reach = Math.abs(x[from]! + paths.links.fromOffset[link]! - x[paths.links.to[link]!]! - paths.links.toOffset[link]!);
    const row = paths.row[from]!;
    sideways[row] = Math.max(sideways[row]!, reach);
  });
  const rowTop: number[] = [0];
  const rowBottom: number[] = [0];
  const last = rows.length - 1;
  for (let row = 1; row <= last; row++) {
    const grown = Math.min(36, Math.floor(sideways[row - 1]! / 64) * 4);
    let gap = ROW_GAP + grown;
    if (row === 1) gap = framed ? BOX_HEADER + grown : 0;
    else if (row === last) gap = !framed ? 0 : level.outPorts.length > 0 ? FOOTER : BOX_PADDING;
    rowTop.push(rowBottom[row - 1]! + gap);
    const tallest = rows[row]!.reduce((max, vertex) => (vertex < count ? Math.max(max, heights[vertex]!) : max), 0);
    rowBottom.push(rowTop[row]! + tallest);
  }
  return { rowTop, rowBottom };
}

/**
 * Where each segment touches its target: one that comes from (nearly) above runs straight down, the others stand beside it in
 * the order of where they come from.
 */
function targetEnds(paths: Paths, ends: SegmentEnds, x: Float64Array, items: LevelItems): Float64Array {
  const targetX = Float64Array.from(ends.to, (to, s) => x[to]! + ends.toOffset[s]!);
  const incoming = new Map<number, { s: number; at: number }[]>();
  ends.to.forEach((to, s) => {
    if (to >= items.width.length || ends.toOffset[s] !== 0) return;
    const through = paths.through[s];
    const before = through?.at(-1);
    const from = through === undefined ? Infinity : before === undefined ? x[ends.from[s]!]! + ends.fromOffset[s]! : x[before]!;
    const list = incoming.get(to);
    if (list) list.push({ s, at: from - x[to]! });
    else incoming.set(to, [{ s, at: from - x[to]! }]);
  });
  for (const [to, list] of incoming) {
    const offsets = spread(list.map(({ at }) => at), items.width[to]! / 2 - PORT_SPREAD);
    list.forEach(({ s }, k) => (targetX[s]! += offsets[k]!));
  }
  return targetX;
}

/** Offsets from the centre of a node, at most `most`, for edges that come from `at` (also from the centre). */
function spread(at: readonly number[], most: number): number[] {
  const order = at.map((_, k) => k).sort((a, b) => at[a]! - at[b]!);
  const nearest = order.reduce((best, k) => (Math.abs(at[k]!) < Math.abs(at[best]!) ? k : best));
  const straight = Math.abs(at[nearest]!) <= STRAIGHT;
  const middle = straight ? order.indexOf(nearest) : at.length === 1 ? 0 : order.filter((k) => at[k]! < 0).length - 0.5;
  const step = Math.min(PORT_SPREAD, most / Math.max(1, middle, at.length - 1 - middle));
  const offsets = at.map(() => 0);
  order.forEach((k, place) => (offsets[k] = (place - middle) * step + (straight ? at[nearest]! : 0)));
  return offsets;
}
