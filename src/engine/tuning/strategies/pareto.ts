import { highest, lowest, type SearchSpace, withPrecision } from '../candidate';
import { sensitivities, sensitivityTask } from '../sensitivity';
import { ask, measure, mostAccurate, type Search, type Strategy, type StrategyOptions, type Trial } from '../strategy';
import { greedyWalk, type UnitErrors } from './greedyWalk';

/** Steps of the walk that begins where it is cheapest. */
const STEPS_UP = 12;

/**
 * Our own: of the quantization settings that is taken which keeps most with everything lowered, and the error that each op
 * makes alone is measured once. Then a walk from FP32 lowers what saves most modelled time per error, Casts counted, and one
 * from the cheapest candidate, where precisions are no lower than pays, takes back what makes most error per time saved. The
 * candidates on both are measured, coarse steps first, and the cheapest that meets the criterion is lowered further where it
 * still is met.
 */
export const pareto: Strategy = {
  description: 'From FP32, the op that saves most time for the error it makes is lowered next: gives the whole trade between accuracy and cost.',
  stopsWhenMet: false,
  search: searchPareto,
};

function* searchPareto(space: SearchSpace, options: StrategyOptions): Search {
  const { setting } = mostAccurate(yield* measure(space.settings.map((_, index) => lowest(space, index))), options).candidate;
  const [top, bottom] = [highest(space, setting), lowest(space, setting)];
  const errors = sensitivities(space, yield* ask(sensitivityTask(space)));
  const down = yield* greedyWalk(space, top, errors, 'down', Infinity);
  const cheaper = yield* greedyWalk(space, bottom, errors, 'cheapest', Infinity);
  const up = yield* greedyWalk(space, cheaper.at(-1)!, errors, 'up', STEPS_UP);
  const trials = yield* measure([...coarseFirst(cheaper), ...coarseFirst(down), ...up]);
  const [best] = trials.filter(({ meets }) => meets).sort((a, b) => a.cost - b.cost);
  if (best !== undefined) yield* lowerFurther(space, best, errors);
}

/** Tries every unit of the best trial at lower precisions, that with the least error first. */
function* lowerFurther({ units }: SearchSpace, from: Trial, errors: UnitErrors): Search {
  let best = from;
  const moves = units.flatMap(({ choices }, unit) =>
    choices.slice(0, choices.indexOf(best.candidate.precisions[unit]!)).map((precision) => ({ unit, precision, error: errors[unit]!.get(precision)! })));
  for (const { unit, precision } of moves.sort((a, b) => a.error - b.error)) {
    const { choices } = units[unit]!;
    if (choices.indexOf(precision) >= choices.indexOf(best.candidate.precisions[unit]!)) continue;
    const [trial] = (yield* measure([withPrecision(best.candidate, [unit], precision)])) as readonly [Trial];
    if (trial.meets && trial.cost < best.cost) best = trial;
  }
}

/** The last, the first, the middle, the quarters, and so on: whatever is left out at the end, what was seen is spread evenly. */
function coarseFirst<T>(items: readonly T[]): T[] {
  if (items.length === 0) return [];
  const order = new Set<number>([items.length - 1, 0]);
  for (let parts = 2; order.size < items.length; parts *= 2) {
    for (let part = 1; part < parts; part += 2) order.add(Math.round((part * (items.length - 1)) / parts));
  }
  return [...order].map((index) => items[index]!);
}
