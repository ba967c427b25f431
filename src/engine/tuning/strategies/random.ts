import { type Candidate, candidateKey, type SearchSpace } from '../candidate';
import { measure, type Search, type Strategy, type StrategyOptions } from '../strategy';
import { randomNumbers } from '../../data/randomNumbers';

/** How many candidates are asked for at once: enough for any pool. */
const AT_ONCE = 32;
/** Draws in a row that bring nothing new, after which hardly anything is left. */
const MAX_REPEATS = 10_000;

/** Neural Compressor's `random`: combinations drawn at random, none twice; the same seed draws the same. */
export const random: Strategy = {
  description: 'Combinations drawn at random.',
  stopsWhenMet: true,
  search: searchRandom,
};

function* searchRandom({ units, settings }: SearchSpace, { seed }: StrategyOptions): Search {
  const next = randomNumbers(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!;
  const seen = new Set<string>();
  for (;;) {
    const candidates: Candidate[] = [];
    for (let repeats = 0; candidates.length < AT_ONCE && repeats < MAX_REPEATS; repeats++) {
      const candidate: Candidate = { setting: pick([...settings.keys()]), precisions: units.map(({ choices }) => pick(choices)) };
      if (seen.has(candidateKey(candidate))) continue;
      seen.add(candidateKey(candidate));
      candidates.push(candidate);
      repeats = 0;
    }
    if (candidates.length === 0) return;
    yield* measure(candidates);
  }
}
