import { valueKey } from '../graph/graph';
import { batchOf } from '../runtime/batches';
import { prepareGraph } from '../runtime/executor';
import { type EvaluationRequest, judgedBatches } from './evaluate';
import type { ValueSize, ValueSizes } from './workload';

/** Shapes of all values the outputs need, and how often each is computed, in a run of the first batch. */
export async function measureSizes({ graph, dialect, feeds, kernels, constants, progress }: Omit<EvaluationRequest, 'expected' | 'metric' | 'k'>): Promise<ValueSizes> {
  const sizes = new Map<string, ValueSize>();
  const prepared = prepareGraph({ graph, dialect, fetches: graph.outputs.map(({ value }) => value), feeds: [...feeds.keys()], constants });
  try {
    await prepared.run({
      feeds: batchOf(feeds, judgedBatches(graph.inputs, feeds)[0]!),
      kernels,
      progress,
      observe(value, { shape }) {
        const known = sizes.get(valueKey(value));
        if (known === undefined) sizes.set(valueKey(value), { shape, times: 1 });
        else known.times++;
      },
    });
  } finally {
    prepared.close(kernels);
  }
  return sizes;
}
