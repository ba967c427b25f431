import { isAccurateEnough } from '../config/accuracyCriterion';
import type { TuningConfig } from '../config/config';
import { type Candidate, candidateKey, highest, type SearchSpace } from './candidate';
import { paretoFront } from './front';
import { createGate } from './gate';
import { inOrder } from '../runtime/inOrder';
import { type Journal, NO_JOURNAL, taskKey } from './journal';
import { submitSplit } from './splitTask';
import type { Strategy, Trial } from './strategy';
import type { Measurement, Result, Results, Task, TrialRunner } from './task';

export interface SearchRequest {
  readonly config: TuningConfig;
  readonly strategy: Strategy;
  readonly runner: TrialRunner;
  readonly journal?: Journal;
  /** Seconds of a clock that only moves forwards. */
  readonly now: () => number;
  /** Told of the search space and of the original's accuracy, before any trial. */
  readonly onStart?: (start: Pick<SearchResult, 'space' | 'baseline'>) => void;
  /** Told of every task that is started, and of every one that is answered, by the journal or the runner. */
  readonly onTask?: (task: Task) => void;
  readonly onResult?: <T extends Task>(task: T, result: Result<T>) => void;
  /** Told of every trial as it is known, in the order in which the strategy sees them. */
  readonly onTrial?: (trial: Trial, index: number) => void;
}

export interface SearchResult {
  readonly space: SearchSpace;
  readonly baseline: Pick<Results['baseline'], 'accuracy' | 'higherIsBetter' | 'runtime'>;
  readonly trials: readonly Trial[];
  /** The cheapest trial that meets the criterion; where none does, everything at its highest precision, be it a trial or not. */
  readonly best: Trial;
  /** What no trial beats in both accuracy and cost, cheapest first. */
  readonly front: readonly Trial[];
  /** Why the search ended. */
  readonly end: 'met' | 'exhausted' | 'max_trials' | 'timeout';
}

/** A search that is going on. */
export interface RunningSearch {
  /** Fails with CancelledError once cancelled; what was found out until then is in the journal. */
  readonly done: Promise<SearchResult>;
  /** Starts no further task; those that run come to their end. */
  pause(): void;
  resume(): void;
  /** Ends the runner and what it runs, at once. */
  cancel(): void;
}

/** Starts a search: asks the strategy what it wants to know and the runner for the answers. */
export function startSearch(request: SearchRequest): RunningSearch {
  const gate = createGate();
  return {
    done: run(request, () => gate.pass()),
    pause: () => gate.pause(),
    resume: () => gate.resume(),
    cancel() {
      gate.cancel();
      void request.runner.close();
    },
  };
}

type Answer = <T extends Task>(task: T) => Promise<Result<T>>;

async function run(request: SearchRequest, pass: () => Promise<void>): Promise<SearchResult> {
  const { config, strategy, runner, journal = NO_JOURNAL, now } = request;
  const { max_trials: maxTrials, timeout, random_seed: seed } = config.tuning;
  const answer: Answer = async (task) => {
    const known = journal.known.get(taskKey(task));
    if (known !== undefined) {
      request.onResult?.(task, known as Result<typeof task>);
      return known as Result<typeof task>;
    }
    await pass();
    request.onTask?.(task);
    const result = await submitSplit(task, runner);
    await journal.append(task, result);
    request.onResult?.(task, result);
    return result;
  };

  const started = now();
  const space = await answer({ kind: 'space' });
  const baseline = await answer({ kind: 'baseline' });
  const { higherIsBetter } = baseline;
  request.onStart?.({ space, baseline });
  /** Answers to the strategy by candidate. */
  const trials = new Map<string, Trial>();
  /** Of those that convert to the same graph, the first. */
  const counted = new Map<string, Trial>();
  const toTrial = (candidate: Candidate, measured: Measurement): Trial => {
    const meets = isAccurateEnough({ original: baseline.accuracy, converted: measured.accuracy }, config.accuracy_criterion, higherIsBetter);
    return { ...measured, candidate, meets };
  };
  const endAfter = (trial: Trial): SearchResult['end'] | undefined => {
    if (trial.meets && strategy.stopsWhenMet && timeout === 0) return 'met';
    if (counted.size >= maxTrials) return 'max_trials';
    return timeout > 0 && now() - started >= timeout ? 'timeout' : undefined;
  };

  /** Measures what was not yet; gives the reason to stop, if one comes up. */
  const measureAll = async (candidates: readonly Candidate[]): Promise<SearchResult['end'] | undefined> => {
    const unknown = [...new Map(candidates.map((candidate) => [candidateKey(candidate), candidate])).values()].filter((candidate) => !trials.has(candidateKey(candidate)));
    while (unknown.length > 0) {
      const next = unknown.splice(0, maxTrials - counted.size);
      let index = 0;
      for await (const measured of inOrder(next, runner.size, (candidate) => answer({ kind: 'measure', candidate }))) {
        const candidate = next[index++]!;
        const trial = toTrial(candidate, measured);
        trials.set(candidateKey(candidate), trial);
        if (counted.has(trial.fingerprint)) continue;
        counted.set(trial.fingerprint, trial);
        request.onTrial?.(trial, counted.size - 1);
        const end = endAfter(trial);
        if (end !== undefined) return end;
      }
    }
    return undefined;
  };

  const search = strategy.search(space, { higherIsBetter, seed });
  let end: SearchResult['end'] | undefined;
  for (let step = search.next(); step.done !== true && end === undefined; ) {
    const { value } = step;
    if (value.kind === 'task') step = search.next(await answer(value.task));
    else {
      end = await measureAll(value.candidates);
      if (end === undefined) step = search.next(value.candidates.map((candidate) => trials.get(candidateKey(candidate))!));
    }
  }
  const all = [...counted.values()];
  const fallback = highest(space);
  const best = cheapest(all.filter(({ meets }) => meets), higherIsBetter) ?? toTrial(fallback, await answer({ kind: 'measure', candidate: fallback }));
  return { space, baseline, trials: all, best, front: paretoFront(all, higherIsBetter), end: end ?? 'exhausted' };
}

/** The cheapest trial; of equally cheap ones the most accurate, then the first. */
function cheapest(trials: readonly Trial[], higherIsBetter: boolean): Trial | undefined {
  return paretoFront(trials, higherIsBetter)[0];
}
