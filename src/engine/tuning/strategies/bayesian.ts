import { randomNumbers } from '../../data/randomNumbers';
import { type Candidate, candidateKey, lowest, type SearchSpace } from '../candidate';
import { byAccuracy, measure, type Search, type Strategy, type StrategyOptions, type Trial } from '../strategy';

/** Trials drawn at random before there is anything to learn from. */
const FIRST = 16;
/** Candidates measured between two looks at what is known. */
const AT_ONCE = 4;
/** Draws of which the most promising is taken. */
const DRAWS = 24;
/** The share of trials that counts as good, and how many at most. */
const GOOD = 0.25;
const MOST_GOOD = 25;
/** Draws in a row that bring nothing new, after which hardly anything is left. */
const MAX_REPEATS = 10_000;

/**
 * Neural Compressor's `bayesian`: learns from the trials which precisions go well, and tries what is most likely to. As
 * tree-structured Parzen estimator (Bergstra et al., "Algorithms for hyper-parameter optimization", 2011, section 4), which
 * fits choices between few values where Gaussian processes need distances. Good are the cheapest trials that meet the criterion,
 * then the most accurate. The same seed goes the same way.
 */
export const bayesian: Strategy = {
  description: 'Combinations like those that went well so far.',
  stopsWhenMet: true,
  search: searchBayesian,
};

function* searchBayesian(space: SearchSpace, options: StrategyOptions): Search {
  const next = randomNumbers(options.seed);
  const choices = choicesOf(space);
  const seen = new Set<string>();
  const isNew = (candidate: Candidate): boolean => !seen.has(candidateKey(candidate));
  const trials: Trial[] = [];
  const drawn = (weights: Weights): Candidate | undefined => {
    for (let repeat = 0; repeat < MAX_REPEATS; repeat++) {
      const candidate = draw(choices, weights, space, next);
      if (isNew(candidate)) return candidate;
    }
    return undefined;
  };
  let candidates = [lowest(space)];
  while (candidates.length > 0) {
    for (const candidate of candidates) seen.add(candidateKey(candidate));
    trials.push(...(yield* measure(candidates)));
    candidates = [];
    const [good, bad] = trials.length < FIRST ? [[], []] : divide(trials, options);
    const [likely, unlikely] = [weightsOf(choices, good), weightsOf(choices, bad)];
    while (candidates.length < AT_ONCE) {
      const draws = Array.from({ length: good.length === 0 ? 1 : DRAWS }, () => drawn(likely)).filter((candidate) => candidate !== undefined);
      if (draws.length === 0) break;
      const gain = (candidate: Candidate): number => logLikelihood(choices, likely, candidate) - logLikelihood(choices, unlikely, candidate);
      const best = draws.reduce((a, b) => (gain(b) > gain(a) ? b : a));
      seen.add(candidateKey(best));
      candidates.push(best);
    }
  }
}

/** What can be chosen at each place of a candidate: the setting, then the precision of each unit. */
type Choices = readonly (readonly (string | number)[])[];
/** Probabilities of the choices, place by place. */
type Weights = readonly (readonly number[])[];

function choicesOf({ units, settings }: SearchSpace): Choices {
  return [[...settings.keys()], ...units.map(({ choices }) => choices)];
}

function places({ setting, precisions }: Candidate): readonly (string | number)[] {
  return [setting, ...precisions];
}

/** How often the trials took each choice, beside one trial that is spread evenly over all. */
function weightsOf(choices: Choices, trials: readonly Trial[]): Weights {
  const taken = trials.map(({ candidate }) => places(candidate));
  return choices.map((values, place) => values.map((value) => (1 / values.length + taken.filter((chosen) => chosen[place] === value).length) / (1 + trials.length)));
}

function draw(choices: Choices, weights: Weights, { units }: SearchSpace, next: () => number): Candidate {
  const [setting, ...precisions] = weights.map((probabilities) => {
    let left = next();
    const index = probabilities.findIndex((probability) => (left -= probability) < 0);
    return index < 0 ? probabilities.length - 1 : index;
  });
  return { setting: choices[0]![setting!] as number, precisions: units.map((unit, index) => unit.choices[precisions[index]!]!) };
}

function logLikelihood(choices: Choices, weights: Weights, candidate: Candidate): number {
  return places(candidate).reduce<number>((sum, value, place) => sum + Math.log(weights[place]![choices[place]!.indexOf(value)]!), 0);
}

/** The good trials, and the others. */
function divide(trials: readonly Trial[], options: StrategyOptions): readonly [readonly Trial[], readonly Trial[]] {
  const order = byAccuracy(options);
  const sorted = [...trials].sort((a, b) => (a.meets !== b.meets ? Number(b.meets) - Number(a.meets) : a.meets ? a.cost - b.cost : order(a, b)));
  const count = Math.min(MOST_GOOD, Math.ceil(GOOD * trials.length));
  return [sorted.slice(0, count), sorted.slice(count)];
}
