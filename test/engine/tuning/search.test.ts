import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../src/engine/config/config';
import { CancelledError } from '../../../src/engine/errors';
import { candidateKey } from '../../../src/engine/tuning/candidate';
import { paretoFront } from '../../../src/engine/tuning/front';
import { identityLine, type Journal, measuredIn, readJournal, requireSame, resultLine } from '../../../src/engine/tuning/journal';
import { startSearch } from '../../../src/engine/tuning/search';
import { STRATEGIES } from '../../../src/engine/tuning/strategies';
import type { TrialRunner } from '../../../src/engine/tuning/task';
import { fakeRunner, search, space, tried, unit } from './fakeSearch';

const UNITS = ['a', 'b', 'c', 'd'].map((name) => unit(name, 'ibf'));
/** Each unit above INT8 gains accuracy, FP32 more than BF16. */
const gain = (letters: string): number => 0.6 + [...letters].reduce((sum, letter) => sum + { i: 0, b: 0.05, f: 0.1 }[letter]!, 0);

describe('the end of a search', () => {
  it('comes with max_trials, and then the best is what meets the criterion though no trial does', async () => {
    const result = await search(STRATEGIES.basic, fakeRunner(space(...UNITS), gain), { max_trials: 3 });
    expect(tried(result)).toHaveLength(3);
    expect(result).toMatchObject({ end: 'max_trials', best: { accuracy: 1, meets: true, candidate: { precisions: ['fp32', 'fp32', 'fp32', 'fp32'] } } });
  });

  it('comes with the timeout, not with the first that meets the criterion before it', async () => {
    const config = { ...DEFAULT_CONFIG, tuning: { ...DEFAULT_CONFIG.tuning, timeout: 10 } };
    let clock = 0;
    const result = await startSearch({ config, strategy: STRATEGIES.exhaustive, runner: fakeRunner(space(...UNITS), () => 1), now: () => (clock += 2) }).done;
    expect(result.end).toBe('timeout');
    expect(result.trials.length).toBeGreaterThan(1);
    expect(result.trials.length).toBeLessThan(6);
  });

  it('says when even the highest precisions lose too much', async () => {
    expect((await search(STRATEGIES.basic, fakeRunner(space(unit('a', 'if')), () => 0.5))).best.meets).toBe(false);
  });
});

it('goes the same way with any number of trials at a time, whichever is ready first', async () => {
  const waiting = (size: number): TrialRunner => {
    const runner = fakeRunner(space(...UNITS), gain);
    let turn = 0;
    return { ...runner, size, async submit(task) {
      await new Promise((resolve) => setTimeout(resolve, (turn++ * 7) % 5));
      return runner.submit(task);
    } };
  };
  const [one, four] = await Promise.all([1, 4].map((size) => search(STRATEGIES.basic, waiting(size))));
  expect(one!.trials.length).toBeGreaterThan(5);
  expect(four).toEqual(one);
});

describe('the journal', () => {
  const memory = (known: ReadonlyMap<string, unknown> = new Map()) => {
    const lines: string[] = [];
    const journal: Journal = { known, append: async (task, result) => void lines.push(resultLine(task, result)) };
    return { lines, journal };
  };
  const config = { ...DEFAULT_CONFIG, tuning: { ...DEFAULT_CONFIG.tuning, strategy: 'basic' as const } };
  const run = (journal: Journal, runner = fakeRunner(space(...UNITS), gain)) =>
    startSearch({ config, strategy: STRATEGIES.basic, runner, journal, now: () => 0 }).done;

  it('lets a search go on where it was cut off, to the same result', async () => {
    const whole = memory();
    const expected = await run(whole.journal);
    for (const kept of [0, 1, 2, 5, whole.lines.length]) {
      const text = identityLine({ model: 'm' }) + whole.lines.slice(0, kept).join('') + '{"task": "mea';
      const runner = fakeRunner(space(...UNITS), gain);
      const { known } = readJournal(text);
      expect(await run(memory(known).journal, runner)).toEqual(expected);
      const known_ = whole.lines.slice(0, kept).filter((line) => line.includes('"measure')).length;
      expect(runner.submitted).toEqual(expected.trials.map(({ candidate }) => candidateKey(candidate)).slice(known_));
    }
  });

  it('is refused for another search, and with lines that are none of its own', () => {
    expect(() => requireSame(readJournal(identityLine({ model: 'm' })), { model: 'n' })).toThrow('It is the journal of another search');
    expect(() => readJournal(`${identityLine({ model: 'm' })}{"task": 3}\n`)).toThrow('line 2 is no entry of a journal');
    for (const text of ['no JSON\n', 'null\n', '{"search": 1}\n']) expect(() => readJournal(text)).toThrow('line 1 is no entry of a journal');
  });

  it('tells what was measured, in order', async () => {
    const whole = memory();
    const { trials } = await run(whole.journal);
    const content = readJournal(identityLine({ model: 'm' }) + whole.lines.join(''));
    const measured = measuredIn(content, space(...UNITS));
    expect(measured.map(({ candidate }) => candidateKey(candidate)).sort()).toEqual(trials.map(({ candidate }) => candidateKey(candidate)).sort());
    for (const { candidate, ...measurement } of measured) expect(trials.find((trial) => candidateKey(trial.candidate) === candidateKey(candidate))).toMatchObject({ candidate, ...measurement });
  });
});

describe('candidates that convert to the same graph', () => {
  const units = [unit('a', 'if'), unit('b', 'if'), unit('T', 'bf', 'T', 'opType')];
  /** The op type makes no difference. */
  const graph = (letters: string): string => letters.slice(0, 2);
  const accuracy = (letters: string): number => (graph(letters) === 'ff' ? 1 : 0.5);

  it('count as one trial', async () => {
    const result = await search(STRATEGIES.exhaustive, fakeRunner(space(...units), accuracy, { graph }));
    expect(tried(result).map(graph).sort()).toEqual(['ff', 'fi', 'if', 'ii']);
    expect(result.best.accuracy).toBe(1);
  });

  it.each([1, 2, 3])('leave max_trials to others: %d', async (size) => {
    for (const limit of [1, 2, 3]) {
      const result = await search(STRATEGIES.exhaustive, fakeRunner(space(...units), () => 0.5, { graph, size }), { max_trials: limit });
      expect(new Set(tried(result).map(graph)).size).toBe(limit);
      expect(result.end).toBe('max_trials');
    }
  });
});

describe('pause and cancel', () => {
  const start = (runner: TrialRunner) => {
    const seen: string[] = [];
    const running = startSearch({ config: DEFAULT_CONFIG, strategy: STRATEGIES.basic, runner, now: () => 0, onTrial: ({ candidate }) => {
      seen.push(candidateKey(candidate));
      if (seen.length === 2) running.pause();
    } });
    return { running, seen };
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

  it('starts nothing while paused, and goes on to the same result', async () => {
    const expected = await search(STRATEGIES.basic, fakeRunner(space(...UNITS), gain));
    const { running, seen } = start(fakeRunner(space(...UNITS), gain));
    await settled();
    expect(seen).toHaveLength(2);
    running.resume();
    expect(await running.done).toEqual(expected);
  });

  it('ends with CancelledError, paused or not, and closes the runner', async () => {
    let closed = 0;
    const { running } = start({ ...fakeRunner(space(...UNITS), gain), close: async () => void closed++ });
    await settled();
    running.cancel();
    await expect(running.done).rejects.toBeInstanceOf(CancelledError);
    expect(closed).toBe(1);
  });
});

describe('the front', () => {
  it('holds what nothing beats in both, cheapest first', () => {
    const points = [[0.9, 0.5], [0.9, 0.4], [0.8, 0.4], [0.95, 0.7], [0.94, 0.8], [0.5, 0.4], [0.95, 0.7]].map(([accuracy, cost]) => ({ accuracy: accuracy!, cost: cost! }));
    expect(paretoFront(points, true)).toEqual([points[1], points[3]]);
    expect(paretoFront(points, false)).toEqual([points[5]]);
    expect(paretoFront([], true)).toEqual([]);
  });
});
