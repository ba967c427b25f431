/** A stretch of members that repeats itself: `count` times `length` members from position `first` on. */
export interface Period {
  readonly first: number;
  readonly length: number;
  readonly count: number;
}

const FEWEST = 3;
/** Shorter repetitions are said by their ops already. */
const SHORTEST = 4;
/** So many equal members in a row are looked for at once. */
const WINDOW = 4;
/** Distances that are tried. */
const CANDIDATES = 8;

/**
 * The repetition that covers the most members; undefined where nothing is repeated. `kinds`: equal for members that look alike.
 * Of the places it can be cut at, those that the fewest values cross. Linear.
 */
export function findPeriod(kinds: Int32Array, valuesBefore: (position: number) => number): Period | undefined {
  let best: { first: number; length: number; covered: number } | undefined;
  for (const length of likelyLengths(kinds)) {
    const run = longestRun(kinds, length);
    const covered = run.end - run.first - ((run.end - run.first) % length);
    if (covered >= FEWEST * length && (best === undefined || covered > best.covered)) best = { first: run.first, length, covered };
  }
  if (best === undefined) return undefined;
  const { first, length } = best;
  const end = longestRun(kinds, length).end;
  let found: (Period & { width: number }) | undefined;
  for (let at = first; at < first + length; at++) {
    const count = Math.floor((end - at) / length);
    if (count < FEWEST) break;
    let width = 0;
    for (let k = 0; k <= count; k++) width += valuesBefore(at + k * length);
    width /= count + 1;
    if (found === undefined || width < found.width || (width === found.width && count > found.count)) found = { first: at, length, count, width };
  }
  return found;
}

/** Distances at which the same few members in a row come again, the most frequent first. */
function likelyLengths(kinds: Int32Array): number[] {
  const last = new Map<number, number>();
  const times = new Map<number, number>();
  for (let at = 0; at + WINDOW <= kinds.length; at++) {
    let hash = 0;
    for (let k = 0; k < WINDOW; k++) hash = (Math.imul(hash, 0x01000193) ^ kinds[at + k]!) | 0;
    const distance = at - (last.get(hash) ?? at);
    last.set(hash, at);
    if (distance >= SHORTEST) times.set(distance, (times.get(distance) ?? 0) + 1);
  }
  return [...times].sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b).slice(0, CANDIDATES).map(([length]) => length);
}

/** The longest stretch in which every member looks like the one `length` before it. */
function longestRun(kinds: Int32Array, length: number): { first: number; end: number } {
  let longest = { first: 0, end: 0 };
  let first = 0;
  for (let at = length; at <= kinds.length; at++) {
    if (at < kinds.length && kinds[at] === kinds[at - length]) continue;
    if (at - first > longest.end - longest.first) longest = { first, end: at };
    first = at - length + 1;
  }
  return longest;
}
