import type { Dialect } from '../dialect';
import { UserError } from '../errors';
import { type Graph, type ModelInput, type ValueRef } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import type { KernelRunner, Progress } from '../host';
import { type Batch, batchesOf, batchOf, samplesIn } from '../runtime/batches';
import type { ConstantStore } from '../runtime/constantStore';
import { prepareGraph } from '../runtime/executor';
import type { Judge } from './judge';
import { finiteScore } from './metrics';

export interface EvaluationRequest {
  readonly graph: Graph;
  readonly dialect: Dialect;
  /** Inputs of all samples, by value key. */
  readonly feeds: ReadonlyMap<string, Tensor>;
  readonly judge: Judge;
  readonly kernels: KernelRunner;
  readonly constants: ConstantStore;
  readonly progress: Progress;
}

/** The model's score, computed in memory of one batch beside what the judge keeps. Throws UserError for data that does not fit, and as the metric does. */
export async function evaluate(request: EvaluationRequest): Promise<number> {
  const { graph, judge } = request;
  const judgement = judge.start();
  const fetches = graph.outputs.slice(0, judge.outputs).map(({ value }) => value);
  await forEachBatch(request, fetches, (outputs, batch) => judgement.add(outputs, batch));
  return finiteScore(await judgement.result(), judge);
}

/** Runs the model batch by batch and hands over some of its values. */
export async function forEachBatch(
  { graph, dialect, feeds, kernels, constants, progress }: Omit<EvaluationRequest, 'judge'>, fetches: readonly ValueRef[], take: (values: readonly Tensor[], batch: Batch) => void,
): Promise<void> {
  const prepared = prepareGraph({ graph, dialect, fetches, feeds: [...feeds.keys()], kernels, constants });
  try {
    for (const batch of judgedBatches(graph.inputs, feeds)) take(await prepared.run({ feeds: batchOf(feeds, batch), progress }), batch);
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
  return batchesOf(inputs, feeds, samplesIn(inputs, feeds), Infinity);
}

/** How many samples the data has, and how many of them the batches hold. */
export function judgedSamples(inputs: readonly ModelInput[], feeds: ReadonlyMap<string, Tensor>): { readonly all: number; readonly run: number } {
  const all = samplesIn(inputs, feeds);
  const last = judgedBatches(inputs, feeds).at(-1)!;
  return { all, run: last.isWhole === true ? all : last.start + last.count };
}
