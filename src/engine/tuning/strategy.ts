import type { Candidate, SearchSpace } from './candidate';
import type { Measurement, Result, Task } from './task';

/** A candidate that was measured. */
export interface Trial extends Measurement {
  readonly candidate: Candidate;
  /** Keeps enough of the original's accuracy. */
  readonly meets: boolean;
}

/** What a strategy goes by, beside what it asks for. */
export interface StrategyOptions {
  readonly higherIsBetter: boolean;
  readonly seed: number;
}

/** What a strategy wants to know next; the answers to a list come together. */
export type Step = { readonly kind: 'trials'; readonly candidates: readonly Candidate[] } | { readonly kind: 'task'; readonly task: Task };

/**
 * A strategy as pure search logic: a generator that yields what it wants to know and is resumed with the answer. What it
 * does depends on the answers alone, so that a search that is told the same twice goes the same way.
 */
export type Search<R = void> = Generator<Step, R, unknown>;

export interface Strategy {
  /** One sentence for the user. */
  readonly description: string;
  /** The first candidate that meets the criterion ends the search, unless there is a timeout to use up. */
  readonly stopsWhenMet: boolean;
  search(space: SearchSpace, options: StrategyOptions): Search;
}

/** Measures candidates, which may run at the same time; a candidate that was measured before costs nothing. */
export function* measure(candidates: readonly Candidate[]): Search<readonly Trial[]> {
  return candidates.length === 0 ? [] : ((yield { kind: 'trials', candidates }) as readonly Trial[]);
}

/** Asks for anything else. */
export function* ask<T extends Task>(task: T): Search<Result<T>> {
  return (yield { kind: 'task', task }) as Result<T>;
}

/** The better of two trials by accuracy; of equal ones the cheaper, then the first. */
export function moreAccurate(a: Trial, b: Trial, { higherIsBetter }: StrategyOptions): Trial {
  if (a.accuracy === b.accuracy) return b.cost < a.cost ? b : a;
  return b.accuracy > a.accuracy === higherIsBetter ? b : a;
}

/** The most accurate of trials, as `moreAccurate`. */
export function mostAccurate(trials: readonly Trial[], options: StrategyOptions): Trial {
  return trials.reduce((best, trial) => moreAccurate(best, trial, options));
}

/** Best accuracy first; equal ones keep their order. */
export function byAccuracy({ higherIsBetter }: StrategyOptions): (a: { readonly accuracy: number }, b: { readonly accuracy: number }) => number {
  return (a, b) => (higherIsBetter ? b.accuracy - a.accuracy : a.accuracy - b.accuracy);
}
