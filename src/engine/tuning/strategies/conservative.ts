import type { AskedPrecision } from '../../config/rules';
import { highest, type SearchSpace, withPrecision } from '../candidate';
import { measure, type Search, type Strategy, type Trial } from '../strategy';

/** Precisions that ops are lowered to, in Neural Compressor's order. */
const LOWERED: readonly AskedPrecision[] = ['bf16', 'int8'];

/**
 * Neural Compressor's `conservative` (quant_level 0): from FP32, op type by op type becomes BF16, then INT8: all ops of the
 * type at once, or where that costs too much accuracy one by one. What meets the criterion is kept if it is modelled to be no
 * slower.
 */
export const conservative: Strategy = {
  description: 'From FP32, op type by op type is lowered where the accuracy allows it.',
  stopsWhenMet: false,
  search: searchConservative,
};

function* searchConservative(space: SearchSpace): Search {
  let [best] = (yield* measure([highest(space)])) as readonly [Trial];
  for (const precision of LOWERED) {
    for (const units of byOpType(space, precision)) {
      const [together] = (yield* measure([withPrecision(best.candidate, units, precision)])) as readonly [Trial];
      if (improves(together, best)) best = together;
      if (best === together || units.length === 1) continue;
      for (const unit of units) {
        const [alone] = (yield* measure([withPrecision(best.candidate, [unit], precision)])) as readonly [Trial];
        if (improves(alone, best)) best = alone;
      }
    }
  }
}

function improves(trial: Trial, best: Trial): boolean {
  return trial.meets && trial.cost <= best.cost;
}

/** Units that can have the precision, by op type in the order in which types first occur. */
function byOpType({ units }: SearchSpace, precision: AskedPrecision): readonly (readonly number[])[] {
  const types = new Map<string, number[]>();
  for (const [index, { op, choices }] of units.entries()) if (choices.includes(precision)) types.set(op, [...(types.get(op) ?? []), index]);
  return [...types.values()];
}
