import type { Dialect } from '../dialect';
import { UserError } from '../errors';
import { type Graph, type ModelInput, valueKey } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import type { KernelRunner, Progress } from '../host';
import { type Batch, batchesOf, batchOf } from '../runtime/batches';
import type { ConstantStore } from '../runtime/constantStore';
import { prepareGraph } from '../runtime/executor';
import { sliced } from '../runtime/stridedCopy';
import { finiteScore, type Metric } from './metrics';

/** Data that a model is judged on: inputs by value key, and what its first output should be. */
export interface JudgedData {
  readonly feeds: ReadonlyMap<string, Tensor>;
  readonly expected: Tensor;
}

export interface EvaluationRequest extends JudgedData {
  readonly graph: Graph;
  readonly dialect: Dialect;
  readonly metric: Metric;
  readonly k: number;
  readonly kernels: KernelRunner;
  readonly constants: ConstantStore;
  readonly progress: Progress;
}

/** The model's score, computed in memory of one batch. Throws UserError for data that does not fit. */
export async function evaluate(request: EvaluationRequest): Promise<number> {
  const { metric, expected } = request;
  const scorer = metric.start(request.k);
  await forEachBatch(request, (output, batch) => scorer.add(output, expectedOf(expected, batch)));
  return finiteScore(scorer.result(), metric);
}

/** Runs the model batch by batch and hands over its first output. */
export async function forEachBatch(
  { graph, dialect, feeds, kernels, constants, progress }: Omit<EvaluationRequest, 'expected' | 'metric' | 'k'>, take: (output: Tensor, batch: Batch) => void,
): Promise<void> {
  const prepared = prepareGraph({ graph, dialect, fetches: [judgedOutput(graph)], feeds: [...feeds.keys()], kernels, constants });
  try {
    for (const batch of judgedBatches(graph.inputs, feeds)) {
      const [output] = await prepared.run({ feeds: batchOf(feeds, batch), progress });
      take(output!, batch);
    }
  } finally {
    prepared.close();
  }
}

/** The value that accuracy is about: the first output. */
export function judgedOutput({ outputs }: Graph) {
  const [output] = outputs;
  if (output === undefined) throw new UserError('The model has no output to judge');
  return output.value;
}

/** All samples; an incomplete last batch of a model with a fixed batch size is left out. */
export function judgedBatches(inputs: readonly ModelInput[], feeds: ReadonlyMap<string, Tensor>): Batch[] {
  const counts = inputs.map((input) => feeds.get(valueKey(input.value))?.shape[0] ?? 1);
  return batchesOf(inputs, feeds, Math.max(1, ...counts), Infinity);
}

/** What is expected for a batch: the first axis of labels numbers the samples. */
function expectedOf(expected: Tensor, { start, count, isWhole }: Batch): Tensor {
  if (isWhole === true || expected.shape.length === 0) return expected;
  if (expected.shape[0]! < start + count) throw new UserError(`There are ${expected.shape[0]} labels for more samples than that`, { hint: 'Give one label for each sample' });
  return sliced(expected, expected.shape.map((_, axis) => (axis === 0 ? start : 0)), [count, ...expected.shape.slice(1)]);
}
