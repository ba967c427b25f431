import type { AskedPrecision } from '../../config/rules';
import { type Candidate, type SearchSpace, withPrecision } from '../candidate';
import { byAccuracy, measure, mostAccurate, type Search, type StrategyOptions, type Trial } from '../strategy';

/** Precisions that ops fall back to, in Neural Compressor's order. */
export const FALLBACKS: readonly AskedPrecision[] = ['bf16', 'fp32'];

/** Units that could be `precision` but are lower, the last op first: errors of late ops reach the output undamped. */
export function unitsBelow({ units }: SearchSpace, { precisions }: Candidate, precision: AskedPrecision): number[] {
  const below = units.flatMap(({ choices }, unit) => (choices.indexOf(precision) > choices.indexOf(precisions[unit]!) ? [unit] : []));
  return below.reverse();
}

/**
 * Lets units fall back to a precision: each alone, then more and more of them together in the order of the accuracy that each
 * gave alone. Resolves to the most accurate trial, the given one included, from which the next stage goes on.
 */
export function* fallBack(
  from: Trial, precision: AskedPrecision, units: readonly number[], options: StrategyOptions,
): Search<Trial> {
  const alone = yield* measure(units.map((unit) => withPrecision(from.candidate, [unit], precision)));
  const ranked = units.map((unit, index) => ({ unit, accuracy: alone[index]!.accuracy })).sort(byAccuracy(options));
  // One alone has been tried.
  const together = ranked.slice(1).map((_, index) => withPrecision(from.candidate, ranked.slice(0, index + 2).map(({ unit }) => unit), precision));
  const accumulated = yield* measure(together);
  return mostAccurate([from, ...alone, ...accumulated], options);
}
