import { DEFAULT_CONFIG, type TuningConfig } from '../../../src/engine/config/config';
import { type Candidate, candidateKey, type SearchSpace, type Unit } from '../../../src/engine/tuning/candidate';
import { type SearchResult, startSearch } from '../../../src/engine/tuning/search';
import type { Strategy } from '../../../src/engine/tuning/strategy';
import type { Measurement, Results, Task, TrialRunner } from '../../../src/engine/tuning/task';

/** A unit of each kind by its choices: `a` of `ibf` can be INT8, BF16 and FP32. */
export function unit(name: string, choices: string, op = 'MatMul', kind: Unit['kind'] = 'op'): Unit {
  const precisions = ([['i', 'int8'], ['b', 'bf16'], ['f', 'fp32']] as const).filter(([letter]) => choices.includes(letter)).map(([, precision]) => precision);
  return { name, kind, op, nodes: [name], choices: precisions, planned: precisions[0]! };
}

const SETTING = { algorithm: 'minmax', weight_granularity: 'per_channel' } as const;

export function space(...units: readonly Unit[]): SearchSpace {
  return { units, settings: [SETTING] };
}

/** Costs as the letters have them, for what is measured of a candidate by a rule of the test. */
const COSTS: Readonly<Record<string, number>> = { i: 1, b: 2, f: 4 };
export function costOf(letters: string): number {
  return [...letters].reduce((sum, letter) => sum + COSTS[letter]!, 0) / (4 * letters.length);
}

export interface FakeRunner extends TrialRunner {
  /** Keys of the candidates measured, in the order of their submission. */
  readonly submitted: string[];
}

/** Answers by rules: the accuracy of a candidate from the letters of its key, and the errors of single units. */
export function fakeRunner(searched: SearchSpace, accuracy: (letters: string, setting: number) => number, others: Partial<Pick<Results, never>> & {
  readonly size?: number;
  readonly outputError?: (letters: string) => number;
  readonly activationErrors?: (letters: string) => number[];
  /** Equal for candidates that convert to the same graph. */
  readonly graph?: (letters: string) => string;
} = {}): FakeRunner {
  const submitted: string[] = [];
  const letters = (candidate: Candidate): string => candidateKey(candidate).split(' ')[1]!;
  const answers = (task: Task): unknown => {
    switch (task.kind) {
      case 'space': return searched;
      case 'baseline': return { accuracy: 1, higherIsBetter: true, seconds: 0 };
      case 'measure': {
        submitted.push(candidateKey(task.candidate));
        const key = letters(task.candidate);
        return { accuracy: accuracy(key, task.candidate.setting), cost: costOf(key), lowered: 0, seconds: 0, fingerprint: others.graph?.(key) ?? candidateKey(task.candidate) } satisfies Measurement;
      }
      case 'price': return task.candidates.map((candidate) => costOf(letters(candidate)));
      case 'outputErrors': return task.candidates.map((candidate) => others.outputError!(letters(candidate)));
      case 'activationErrors': return others.activationErrors!(letters(task.candidate));
    }
  };
  return { size: others.size ?? 1, submitted, submit: async (task) => answers(task) as never, close: async () => {} };
}

/** Runs a strategy to its end; `tuning` and the criterion as in the config. */
export function search(strategy: Strategy, runner: TrialRunner, tuning: Partial<TuningConfig['tuning']> = {}, relative = 0.01): Promise<SearchResult> {
  const config: TuningConfig = { ...DEFAULT_CONFIG, accuracy_criterion: { relative }, tuning: { ...DEFAULT_CONFIG.tuning, ...tuning } };
  return startSearch({ config, strategy, runner, now: () => 0 }).done;
}

/** The keys of the trials, without the setting where there is one only. */
export function tried(result: SearchResult): string[] {
  return result.trials.map(({ candidate }) => (result.space.settings.length === 1 ? candidateKey(candidate).slice(2) : candidateKey(candidate)));
}
