// What the strategies visit on trained models of three frameworks, each going on after it has met the criterion.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig, requireValid } from '../../src/engine/config/parse';
import { NO_PROGRESS } from '../../src/engine/host';
import { startSearch } from '../../src/engine/tuning/search';
import { STRATEGIES } from '../../src/engine/tuning/strategies';
import type { Result, Task, TrialRunner } from '../../src/engine/tuning/task';
import { nodeHost } from '../../src/worker/nodeHost';
import { openBench } from '../../src/worker/openBench';
import { startTestKernels } from '../worker/kernels';

const MODELS = ['digits_cnn.pb', 'digits_gru.pb', 'digits.onnx', 'digits_pytorch.pt2'];
const OTHERS = ['basic', 'mse', 'conservative'] as const;
/** With a timeout to use up, a search does not end with the first candidate that meets the criterion. */
const CONFIG = JSON.stringify({ use_bf16: true, tuning: { timeout: 3600, max_trials: 40 } });
/** Modelled costs are sums in no fixed order. */
const ROUNDING = 1e-9;

const sample = (name: string): string => path.resolve('media/samples', name);

/** Answers a task that was asked before without running it again. */
function remembering(run: <T extends Task>(task: T) => Promise<Result<T>>): TrialRunner {
  const known = new Map<string, Promise<unknown>>();
  return {
    size: 1,
    submit<T extends Task>(task: T): Promise<Result<T>> {
      const key = JSON.stringify(task);
      if (!known.has(key)) known.set(key, run(task));
      return known.get(key) as Promise<Result<T>>;
    },
    close: async () => {},
  };
}

describe.each(MODELS)('the front that pareto finds for %s', (name) => {
  it('has, for every point the other strategies visit, one that is no less accurate and no dearer', { timeout: 900_000 }, async () => {
    const data = name.includes('pytorch') ? 'digits_pytorch' : 'digits';
    const source = { text: CONFIG, path: undefined, calibration: sample(`${data}_calibration.npz`) };
    const bench = await openBench({ model: sample(name), source, data: sample(`${data}_test.npz`), labels: 'label' }, nodeHost(NO_PROGRESS, startTestKernels));
    const runner = remembering((task) => bench.run(task));
    const config = requireValid(parseConfig(CONFIG, 'test.mixed-precision.json'));
    const searched = (strategy: keyof typeof STRATEGIES) => startSearch({ config, strategy: STRATEGIES[strategy], runner, now: () => performance.now() / 1000 }).done;
    try {
      const { front } = await searched('pareto');
      for (const strategy of OTHERS) {
        const { trials } = await searched(strategy);
        const unmatched = trials.filter(({ accuracy, cost }) => !front.some((point) => point.accuracy >= accuracy && point.cost <= cost + ROUNDING));
        expect(unmatched.map(({ accuracy, cost }) => ({ strategy, accuracy, cost }))).toEqual([]);
      }
    } finally {
      await bench.close();
    }
  });
});
