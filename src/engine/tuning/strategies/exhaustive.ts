import type { AskedPrecision } from '../../config/rules';
import type { Candidate, SearchSpace } from '../candidate';
import { measure, type Search, type Strategy } from '../strategy';

/** How many candidates are asked for at once: enough for any pool. */
const AT_ONCE = 32;

/**
 * Neural Compressor's `exhaustive`: every combination, the lowest precisions first and the last op changing fastest. Unlike
 * there, BF16 and FP32 are among them.
 */
export const exhaustive: Strategy = {
  description: 'Every combination, for models of few ops.',
  stopsWhenMet: true,
  search: searchExhaustive,
};

function* searchExhaustive(space: SearchSpace): Search {
  let candidates: Candidate[] = [];
  for (const candidate of combinations(space)) {
    candidates.push(candidate);
    if (candidates.length < AT_ONCE) continue;
    yield* measure(candidates);
    candidates = [];
  }
  yield* measure(candidates);
}

/** Counts through the choices of all units as through digits; nothing is held but the present number. */
function* combinations({ units, settings }: SearchSpace): Generator<Candidate> {
  for (const setting of settings.keys()) {
    const digits = units.map(() => 0);
    for (let place = units.length; place >= 0; ) {
      yield { setting, precisions: digits.map((digit, unit): AskedPrecision => units[unit]!.choices[digit]!) };
      for (place = units.length - 1; place >= 0 && ++digits[place]! === units[place]!.choices.length; place--) digits[place] = 0;
    }
  }
}
