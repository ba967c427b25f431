/** The end of a sentence that refused `value`: `; did you mean "x"?` where a candidate is close, else a full stop. */
export function didYouMean(value: unknown, candidates: readonly string[]): string {
  const close = nearest(value, candidates);
  return close === undefined ? '.' : `; did you mean "${close}"?`;
}

/** The candidate that differs from `word` by at most a third of its letters (ignoring case); undefined for another type of value. */
export function nearest(word: unknown, candidates: readonly string[]): string | undefined {
  if (typeof word !== 'string') return undefined;
  let best: string | undefined;
  let least = Math.floor(word.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance: insertions, deletions and substitutions that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
