import type { PlacedLinks } from './place';

/** Segments of one level by vertex: items first, then ports. */
export interface SegmentEnds {
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** x of the source end from the centre of its vertex; of the target end where it is a box's port. */
  readonly fromOffset: Float32Array;
  readonly toOffset: Float32Array;
  /** Set for items that read nothing, such as parameters. */
  readonly source: Uint8Array;
  /** Equal for segments that carry the same value from the same place. */
  readonly value: readonly string[];
}

export interface Paths {
  /** Row of every vertex, with those added for long segments. */
  readonly row: readonly number[];
  /** Added vertices each segment passes from row to row; undefined for segments that run in a lane. */
  readonly through: readonly (readonly number[] | undefined)[];
  readonly links: PlacedLinks;
}

/** Longer segments run in a lane at the border, so that the work stays linear. */
const MAX_SPAN = 64;
/** So do those of a value read all over the place, such as an attention mask: they would push everything else aside. */
const MANY_READERS = 4;
const FAR_READERS = 8;
/** Long edges are straight before short ones, and those before the edges of parameters. */
const STRAIGHT = 32;
const BEND = 8;
const SHORT = 1;
const PARAMETER = 0.25;

/** Adds one vertex per row a segment passes; segments of one value share them and part where the first of them ends. */
export function passRows(rowOf: readonly number[], ends: SegmentEnds): Paths {
  const row = [...rowOf];
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
  const inLane = valuesInLanes(row, ends);
  const trunks = new Map<string, number[]>();
  const through: (number[] | undefined)[] = [];
  for (let s = 0; s < ends.from.length; s++) {
    const start = ends.from[s]!;
    const top = row[start]!;
    const span = row[ends.to[s]!]! - top;
    if (span < 1 || (span > 1 && inLane.has(ends.value[s]!))) {
      through.push(undefined);
      continue;
    }
    const trunk = trunks.get(ends.value[s]!) ?? [];
    trunks.set(ends.value[s]!, trunk);
    while (trunk.length < span - 1) {
      const vertex = row.push(top + trunk.length + 1) - 1;
      const before = trunk.at(-1);
      if (before === undefined) link(start, vertex, ends.fromOffset[s]!, 0, BEND);
      else link(before, vertex, 0, 0, STRAIGHT);
      trunk.push(vertex);
    }
    const before = trunk[span - 2];
    if (before === undefined) link(start, ends.to[s]!, ends.fromOffset[s]!, ends.toOffset[s]!, ends.source[start] === 1 ? PARAMETER : SHORT);
    else link(before, ends.to[s]!, 0, ends.toOffset[s]!, BEND);
    through.push(trunk.slice(0, span - 1));
  }
  return {
    row,
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

function valuesInLanes(row: readonly number[], ends: SegmentEnds): Set<string> {
  const reach = new Map<string, { readers: number; span: number }>();
  ends.value.forEach((value, s) => {
    const known = reach.get(value) ?? { readers: 0, span: 0 };
    reach.set(value, known);
    known.readers++;
    known.span = Math.max(known.span, row[ends.to[s]!]! - row[ends.from[s]!]!);
  });
  return new Set([...reach].filter(([, { readers, span }]) => span > MAX_SPAN || (readers > MANY_READERS && span > FAR_READERS)).map(([value]) => value));
}

/** Lane of each segment that has none of its own rows: segments of one value share a lane, others only where they do not meet. */
export function assignLanes(paths: Paths, ends: SegmentEnds, most: number): { lane: Int32Array; lanes: number } {
  const lane = new Int32Array(ends.from.length).fill(-1);
  const spans = new Map<string, { first: number; last: number; segments: number[] }>();
  paths.through.forEach((through, s) => {
    if (through) return;
    const a = paths.row[ends.from[s]!]!;
    const b = paths.row[ends.to[s]!]!;
    const span = spans.get(ends.value[s]!) ?? { first: a, last: a, segments: [] };
    spans.set(ends.value[s]!, span);
    span.first = Math.min(span.first, a, b - 1);
    span.last = Math.max(span.last, a, b);
    span.segments.push(s);
  });
  const busyUntil: number[] = [];
  for (const span of [...spans.values()].sort((a, b) => a.first - b.first)) {
    let free = busyUntil.findIndex((until) => until < span.first);
    if (free < 0) free = busyUntil.length < most ? busyUntil.length : span.segments[0]! % most;
    busyUntil[free] = Math.max(busyUntil[free] ?? 0, span.last);
    for (const s of span.segments) lane[s] = free;
  }
  return { lane, lanes: busyUntil.length };
}
