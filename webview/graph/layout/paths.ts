import type { PlacedLinks } from './place';

/** Lines of one level by vertex: items first, then in-ports, then out-ports. */
export interface LineEnds {
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** x of the source end from the centre of its vertex; of the target end where it is a box's port. */
  readonly fromOffset: Float32Array;
  readonly toOffset: Float32Array;
  /** Equal for lines that carry the same value from the same place. */
  readonly value: Int32Array;
  /** Set for items that read nothing, such as parameters. */
  readonly source: Uint8Array;
}

export interface Paths {
  /** Row of every vertex, with those added for long lines. */
  readonly row: readonly number[];
  /** Where the lines through each added vertex start: a vertex, and x from its centre. */
  readonly origin: readonly number[];
  readonly originOffset: readonly number[];
  /** Added vertices each line passes from row to row; undefined for lines that run in a lane. */
  readonly through: readonly (readonly number[] | undefined)[];
  readonly links: PlacedLinks;
}

/** Longer lines run in a lane at the border, so that the work stays linear. */
const MAX_SPAN = 64;
/** Long lines are straight, whatever short ones would have; those come before the lines of parameters. */
const LONG = 1024;
const SHORT = 1;
const PARAMETER = 0.25;

/** Adds one vertex per row a line passes; lines of one value share them and part where the first of them ends. */
export function passRows(rowOf: Int32Array, ends: LineEnds, inLane: Uint8Array): Paths {
  const row = Array.from(rowOf);
  const origin: number[] = [];
  const originOffset: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const fromOffset: number[] = [];
  const toOffset: number[] = [];
  const weight: number[] = [];
  const link = (a: number, b: number, aOffset: number, bOffset: number, heavy: number): void => {
    from.push(a);
    to.push(b);
    fromOffset.push(aOffset);
    toOffset.push(bOffset);
    weight.push(heavy);
  };
  const trunks = new Map<number, number[]>();
  const through: (number[] | undefined)[] = [];
  for (let line = 0; line < ends.from.length; line++) {
    const start = ends.from[line]!;
    const top = row[start]!;
    const span = row[ends.to[line]!]! - top;
    if (span < 1 || (span > 1 && inLane[start] === 1)) {
      through.push(undefined);
      continue;
    }
    const trunk = trunks.get(ends.value[line]!) ?? [];
    trunks.set(ends.value[line]!, trunk);
    while (trunk.length < span - 1) {
      const vertex = row.push(top + trunk.length + 1) - 1;
      origin.push(start);
      originOffset.push(ends.fromOffset[line]!);
      const before = trunk.at(-1);
      if (before === undefined) link(start, vertex, ends.fromOffset[line]!, 0, LONG);
      else link(before, vertex, 0, 0, LONG);
      trunk.push(vertex);
    }
    const before = trunk[span - 2];
    if (before === undefined) link(start, ends.to[line]!, ends.fromOffset[line]!, ends.toOffset[line]!, ends.source[start] === 1 ? PARAMETER : SHORT);
    else link(before, ends.to[line]!, 0, ends.toOffset[line]!, LONG);
    through.push(trunk.slice(0, span - 1));
  }
  return {
    row,
    origin,
    originOffset,
    through,
    links: {
      from: Int32Array.from(from),
      to: Int32Array.from(to),
      fromOffset: Float32Array.from(fromOffset),
      toOffset: Float32Array.from(toOffset),
      weight: Float32Array.from(weight),
    },
  };
}

/** 1 for vertices whose lines run in lanes. */
export function verticesInLanes(row: Int32Array, from: Int32Array, to: Int32Array): Uint8Array {
  const inLane = new Uint8Array(row.length);
  from.forEach((start, line) => {
    if (row[to[line]!]! - row[start]! > MAX_SPAN) inLane[start] = 1;
  });
  return inLane;
}

/** Lane of each line that passes no rows: lines of one value share a lane, others only where they do not meet. */
export function assignLanes(paths: Paths, ends: LineEnds, most: number): { lane: Int32Array; lanes: number } {
  const lane = new Int32Array(ends.from.length).fill(-1);
  const spans = new Map<number, { first: number; last: number; lines: number[] }>();
  paths.through.forEach((through, line) => {
    if (through) return;
    const a = paths.row[ends.from[line]!]!;
    const b = paths.row[ends.to[line]!]!;
    const span = spans.get(ends.value[line]!) ?? { first: a, last: a, lines: [] };
    spans.set(ends.value[line]!, span);
    span.first = Math.min(span.first, a, b - 1);
    span.last = Math.max(span.last, a, b);
    span.lines.push(line);
  });
  const busyUntil: number[] = [];
  for (const span of [...spans.values()].sort((a, b) => a.first - b.first)) {
    let free = busyUntil.findIndex((until) => until < span.first);
    if (free < 0) free = busyUntil.length < most ? busyUntil.length : span.lines[0]! % most;
    busyUntil[free] = Math.max(busyUntil[free] ?? 0, span.last);
    for (const line of span.lines) lane[line] = free;
  }
  return { lane, lanes: busyUntil.length };
}
