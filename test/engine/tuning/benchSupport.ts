import { calibrate } from '../../../src/engine/calibration/calibrate';
import type { CalibrationAlgorithm } from '../../../src/engine/config/config';
import type { Ranges } from '../../../src/engine/calibration/ranges';
import { parseConfig, requireValid } from '../../../src/engine/config/parse';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { type Graph, type ValueRef, valueKey } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS } from '../../../src/engine/host';
import { type Bench, createBench } from '../../../src/engine/tuning/bench';
import { type SearchResult, startSearch } from '../../../src/engine/tuning/search';
import { STRATEGIES } from '../../../src/engine/tuning/strategies';
import type { TrialRunner } from '../../../src/engine/tuning/task';

/** A bench for a graph, calibrated on the data that it is judged on. `config` as users write it. */
export function benchOf(graph: Graph, config: object, data: ReadonlyMap<string, Tensor>, labels: string | undefined, kernels: KernelRunner): Promise<Bench> {
  const known = new Map<string, Promise<Ranges>>();
  const rangeOf = (value: ValueRef, algorithm: CalibrationAlgorithm, samplingSize: number): Promise<Ranges> => {
    const key = `${valueKey(value)} ${algorithm}`;
    const found = known.get(key) ?? calibrate({ graph, dialect, values: [value], data, samplingSize, algorithm, kernels, progress: NO_PROGRESS });
    known.set(key, found);
    return found;
  };
  return createBench({
    graph, data, labels, kernels,
    config: requireValid(parseConfig(JSON.stringify(config), 'test.mixed-precision.json')),
    context: { dialect, canCalibrate: true },
    findRanges: async (values, { calibration: { algorithm, sampling_size: size } }) =>
      new Map((await Promise.all(values.map((value) => rangeOf(value, algorithm, size)))).flatMap((ranges) => [...ranges])),
    progress: NO_PROGRESS,
    now: () => performance.now() / 1000,
  });
}

export function searchOn(bench: Bench, config: object, strategy: keyof typeof STRATEGIES): Promise<SearchResult> {
  const runner: TrialRunner = { size: 1, submit: (task) => bench.run(task), close: async () => {} };
  const parsed = requireValid(parseConfig(JSON.stringify(config), 'test.mixed-precision.json'));
  return startSearch({ config: parsed, strategy: STRATEGIES[strategy], runner, now: () => performance.now() / 1000 }).done;
}
