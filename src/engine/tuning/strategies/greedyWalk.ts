import type { AskedPrecision } from '../../config/rules';
import { type Candidate, type SearchSpace, withPrecision } from '../candidate';
import { ask, type Search } from '../strategy';

/** Error of the output with one unit alone at a precision, by unit and precision; 0 at its highest. */
export type UnitErrors = readonly ReadonlyMap<AskedPrecision, number>[];

/**
 * Towards lower precisions: most time saved per error made. Towards higher ones: most error removed per time added. To where
 * it is cheapest, whatever the precision: most time saved.
 */
export type Direction = 'down' | 'up' | 'cheapest';

interface Move {
  readonly unit: number;
  readonly precision: AskedPrecision;
  /** How much error it makes, or removes. */
  readonly error: number;
  /** How much of the cost it saves, when it was last asked for. */
  saved: number;
  /** The step it was asked for at. */
  pricedAt: number;
}

/** Errors below this are the rounding of FP32 itself. */
const LEAST_ERROR = 2 ** -46;
/** Of the original's cost: what is less is the rounding of sums. */
const LEAST_SAVING = 1e-9;
/** Costs asked for at once. */
const PRICED_AT_ONCE = 4;

/**
 * The candidates that a greedy walk from `start` passes, that one included. Costs are those of whole conversions, since what
 * a move saves depends on the Casts it takes away or makes; they are asked for again only for moves about to be taken
 * (Minoux, "Accelerated greedy algorithms", 1978). Where nothing pays any more all moves left are priced once, and the walk
 * ends if that stays so.
 */
export function* greedyWalk(space: SearchSpace, start: Candidate, errors: UnitErrors, direction: Direction, maxSteps: number): Search<readonly Candidate[]> {
  const path = [start];
  let moves = movesFrom(space, start, errors, direction);
  let [cost] = (yield* ask({ kind: 'price', candidates: [start] })) as readonly [number];
  for (let step = 0; moves.length > 0 && step < maxSteps; ) {
    const current = path.at(-1)!;
    const ranked = [...moves].sort((a, b) => rank(b, direction) - rank(a, direction));
    const [best] = ranked as [Move];
    const pays = direction === 'up' ? best.error > 0 : best.saved > LEAST_SAVING;
    const stale = ranked.filter(({ pricedAt }) => pricedAt !== step);
    if (best.pricedAt === step && (pays || stale.length === 0)) {
      if (!pays) return path;
      path.push(apply(current, best));
      cost -= best.saved;
      moves = movesFrom(space, path.at(-1)!, errors, direction, moves);
      step++;
      continue;
    }
    const priced = best.pricedAt === step || !pays ? stale : stale.slice(0, PRICED_AT_ONCE);
    const costs = yield* ask({ kind: 'price', candidates: priced.map((move) => apply(current, move)) });
    for (const [index, move] of priced.entries()) {
      move.saved = cost - costs[index]!;
      move.pricedAt = step;
    }
  }
  return path;
}

function apply(candidate: Candidate, { unit, precision }: Move): Candidate {
  return withPrecision(candidate, [unit], precision);
}

/** Higher is better. A move that helps in both, or hurts in both, is ranked by the cost alone. */
function rank({ error, saved }: Move, direction: Direction): number {
  if (direction === 'cheapest') return saved;
  const least = Math.max(error, LEAST_ERROR);
  if (direction === 'down') return saved > 0 ? saved / least : saved;
  if (error <= 0) return -Infinity;
  return saved >= 0 ? Number.MAX_VALUE : least / -saved;
}

/** All moves of one unit, with what is known of them already. */
function movesFrom({ units }: SearchSpace, at: Candidate, errors: UnitErrors, direction: Direction, before: readonly Move[] = []): Move[] {
  const known = new Map(before.map((move) => [`${move.unit} ${move.precision}`, move]));
  return units.flatMap(({ choices }, unit) => {
    const present = choices.indexOf(at.precisions[unit]!);
    const others = choices.filter((_, index) => (direction === 'down' ? index < present : direction === 'up' ? index > present : index !== present));
    const errorOf = (precision: AskedPrecision): number => errors[unit]!.get(precision) ?? 0;
    return others.map((precision): Move => {
      const change = errorOf(precision) - errorOf(choices[present]!);
      const old = known.get(`${unit} ${precision}`);
      return { unit, precision, error: direction === 'up' ? -change : change, saved: old?.saved ?? Infinity, pricedAt: -1 };
    });
  });
}
