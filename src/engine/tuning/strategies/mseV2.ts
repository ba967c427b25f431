import { type Candidate, lowest, type SearchSpace, withPrecision } from '../candidate';
import { ask, measure, mostAccurate, type Search, type Strategy, type StrategyOptions, type Trial } from '../strategy';

/** Settings tried before ops fall back. */
const MAX_SETTINGS = 2;

/**
 * Neural Compressor's `mse_v2`: the op whose return to FP32 brings the output nearest to the original's falls back, until the
 * criterion is met; then of those that fell back, the ones that matter least are lowered again as long as it stays met.
 * Unlike there, ops that are BF16 take part.
 */
export const mseV2: Strategy = {
  description: 'The op that hurts the output most falls back, again and again; then what can be lowered again is.',
  stopsWhenMet: false,
  search: searchMseV2,
};

function* searchMseV2(space: SearchSpace, options: StrategyOptions): Search {
  const settings = space.settings.slice(0, MAX_SETTINGS).map((_, setting) => lowest(space, setting));
  let current = mostAccurate(yield* measure(settings), options);
  const fellBack: number[] = [];
  while (!current.meets) {
    const units = space.units.flatMap(({ choices }, unit) => (choices.includes('fp32') && current.candidate.precisions[unit] !== 'fp32' ? [unit] : []));
    if (units.length === 0) return;
    const [unit] = yield* byError(current.candidate, units, (index) => withPrecision(current.candidate, [index], 'fp32'));
    fellBack.push(unit!);
    [current] = (yield* measure([withPrecision(current.candidate, [unit!], 'fp32')])) as readonly [Trial];
  }
  // The last one made the difference.
  const candidates = fellBack.slice(0, -1);
  const lowered = (from: Candidate, unit: number): Candidate => withPrecision(from, [unit], space.units[unit]!.choices[0]!);
  if (candidates.length === 0) return;
  const base = current.candidate;
  for (const unit of yield* byError(base, candidates, (index) => lowered(base, index))) {
    const [trial] = (yield* measure([lowered(current.candidate, unit)])) as readonly [Trial];
    if (!trial.meets) return;
    current = trial;
  }
}

/** Units in ascending order of the error of the output with one of them changed. */
function* byError(from: Candidate, units: readonly number[], changed: (unit: number) => Candidate): Search<readonly number[]> {
  const errors = yield* ask({ kind: 'outputErrors', from, candidates: units.map(changed) });
  return units.map((unit, index) => ({ unit, error: errors[index]! })).sort((a, b) => a.error - b.error).map(({ unit }) => unit);
}
