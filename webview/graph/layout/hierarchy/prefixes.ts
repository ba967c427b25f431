import type { Run } from './tree';

export interface PrefixRun extends Run {
  readonly prefix: string;
}

const FEWEST = 3;
/** A prefix that this share of all members has says nothing. */
const WHOLE = 0.9;
const SEPARATOR = /[/_.:-]/;

/**
 * Runs of names that start with the same words, the longest runs first met from outside: `conv2_block1_1_conv`,
 * `conv2_block1_1_bn` ... are `conv2`. Words that differ in numbers alone make no run (`add`, `add_1`, `add_2`). Linear in the text.
 */
export function prefixRuns(names: readonly string[]): PrefixRun[] {
  const runs: PrefixRun[] = [];
  /** Runs still open, by their prefix: each is longer than the one below. */
  const open: { first: number; length: number }[] = [];
  const close = (end: number, longest: number): void => {
    for (let top = open.at(-1); top !== undefined && top.length > longest; top = open.at(-1)) {
      open.pop();
      const run = { first: top.first, end, prefix: names[top.first]!.slice(0, top.length) };
      if (!saysSomething(names, run)) continue;
      while (runs.length > 0 && runs.at(-1)!.first >= run.first) runs.pop();
      runs.push(run);
    }
  };
  for (let at = 1; at <= names.length; at++) {
    const length = at < names.length ? sharedWords(names[at - 1]!, names[at]!) : 0;
    let first = at - 1;
    for (let k = open.length - 1; k >= 0 && open[k]!.length > length; k--) first = open[k]!.first;
    close(at, length);
    if (length > 0 && (open.at(-1)?.length ?? 0) < length) open.push({ first, length });
  }
  return runs;
}

function saysSomething(names: readonly string[], { first, end, prefix }: PrefixRun): boolean {
  if (end - first < FEWEST || end - first >= names.length * WHOLE) return false;
  const words = new Set(names.slice(first, end).map((name) => name.slice(prefix.length + 1).split(SEPARATOR, 1)[0]!));
  words.delete('');
  return words.size > 1 && [...words].some((word) => /\p{Letter}/u.test(word));
}

/** Length of the whole words two names both start with. */
function sharedWords(a: string, b: string): number {
  let words = 0;
  for (let at = 0; ; at++) {
    const endOfA = at >= a.length || SEPARATOR.test(a[at]!);
    const endOfB = at >= b.length || SEPARATOR.test(b[at]!);
    if (endOfA && endOfB) words = at;
    if (at >= a.length || at >= b.length || a[at] !== b[at]) return words;
  }
}
