import type { Run } from './tree';

/** More members than this are split. */
export const MOST = 200;

/**
 * At most 200 runs of about equal size, which may have to be split again: about as many at each level. Their ends are moved by
 * up to a third of a run to where the fewest values cross. Linear.
 */
export function rangesOf(count: number, valuesBefore: (position: number) => number): Run[] {
  const levels = Math.ceil(Math.log(count) / Math.log(MOST));
  const runs = Math.min(MOST, Math.ceil(count ** (1 / levels)));
  const size = count / runs;
  const slack = Math.floor(size / 3);
  const result: Run[] = [];
  let first = 0;
  for (let run = 1; run <= runs; run++) {
    const end = run === runs ? count : narrowest(Math.round(run * size), slack, valuesBefore);
    result.push({ first, end });
    first = end;
  }
  return result;
}

/** The position with the fewest values before it, up to `slack` from `position`; the nearest of equals. */
function narrowest(position: number, slack: number, valuesBefore: (position: number) => number): number {
  let best = position;
  for (let distance = 1; distance <= slack; distance++) {
    for (const at of [position - distance, position + distance]) if (valuesBefore(at) < valuesBefore(best)) best = at;
  }
  return best;
}
