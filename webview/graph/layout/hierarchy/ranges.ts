import type { Run } from './tree';

/** More members than this are split. */
export const MOST = 100;
/** Runs between narrow places may be so many times longer than others. */
const UNEVEN = 4;

/**
 * At most 100 runs, about as many as each has members, or as its parts will have where it is to be split again. They end where
 * the fewest values cross; where such places are too rare, runs are of about equal size. Linear.
 */
export function rangesOf(count: number, valuesBefore: (position: number) => number): Run[] {
  const levels = Math.ceil(Math.log(count) / Math.log(MOST));
  const runs = Math.min(MOST, Math.ceil(count ** (1 / levels)));
  const narrow = runsBetween(narrowEnds(count, count / runs, valuesBefore));
  if (narrow.every(({ first, end }) => end - first <= UNEVEN * (count / runs))) return narrow;
  return runsBetween(Array.from({ length: runs }, (_, run) => Math.round(((run + 1) * count) / runs)));
}

/** Places where as few values cross as anywhere, at least `size` apart, and the end. */
function narrowEnds(count: number, size: number, valuesBefore: (position: number) => number): number[] {
  let narrowest = Infinity;
  for (let position = 1; position < count; position++) narrowest = Math.min(narrowest, valuesBefore(position));
  const ends: number[] = [];
  for (let position = 1; position < count; position++) {
    if (valuesBefore(position) === narrowest && position >= (ends.length + 1) * size && position - (ends.at(-1) ?? 0) >= size / 2) ends.push(position);
  }
  return [...ends, count];
}

function runsBetween(ends: readonly number[]): Run[] {
  return ends.map((end, run) => ({ first: run === 0 ? 0 : ends[run - 1]!, end }));
}
