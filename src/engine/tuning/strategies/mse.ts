import { lowest, type SearchSpace } from '../candidate';
import { ask, measure, mostAccurate, type Search, type Strategy, type StrategyOptions } from '../strategy';
import { FALLBACKS, fallBack, unitsBelow } from './fallback';

/** Settings tried before ops fall back. */
const MAX_SETTINGS = 5;

/** Neural Compressor's `mse`: as `basic`, but the ops whose activations quantization changes most fall back first. */
export const mse: Strategy = {
  description: 'As basic, beginning with the ops whose values quantization changes most.',
  stopsWhenMet: true,
  search: searchMse,
};

function* searchMse(space: SearchSpace, options: StrategyOptions): Search {
  const settings = space.settings.slice(0, MAX_SETTINGS).map((_, setting) => lowest(space, setting));
  let best = mostAccurate(yield* measure(settings), options);
  for (const precision of FALLBACKS) {
    const units = unitsBelow(space, best.candidate, precision);
    if (units.length === 0) continue;
    const errors = yield* ask({ kind: 'activationErrors', candidate: best.candidate });
    best = yield* fallBack(best, precision, units.sort((a, b) => errors[b]! - errors[a]!), options);
  }
}
