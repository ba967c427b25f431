import { lowest, type SearchSpace } from '../candidate';
import { measure, mostAccurate, type Search, type Strategy, type StrategyOptions } from '../strategy';
import { FALLBACKS, fallBack, unitsBelow } from './fallback';

/**
 * Neural Compressor's `basic`: all ops at their lowest precision in every quantization setting; from the best of these ops
 * fall back to BF16, then to FP32. Unlike there, ops that are BF16 to begin with fall back to FP32 too, and what fell back to
 * BF16 stays so in the last stage.
 */
export const basic: Strategy = {
  description: 'Everything lowered, then ops fall back one by one and together, to BF16 and to FP32.',
  stopsWhenMet: true,
  search: searchBasic,
};

function* searchBasic(space: SearchSpace, options: StrategyOptions): Search {
  let best = mostAccurate(yield* measure(space.settings.map((_, setting) => lowest(space, setting))), options);
  for (const precision of FALLBACKS) best = yield* fallBack(best, precision, unitsBelow(space, best.candidate, precision), options);
}
