import { UserError } from '../errors';
import { valueKey, type Graph, type ModelInput } from '../graph/graph';
import { elementCount, type Tensor } from '../graph/tensor';
import { prepareGraph, type PrepareRequest, type RunOptions } from './executor';
import { concatenated, sliced } from './stridedCopy';

/** Samples [start, start + count). */
export interface Batch {
  readonly start: number;
  readonly count: number;
  /** All the data as it is: a single sample, or a batch of the size the model fixes. */
  readonly isWhole?: boolean;
}

/** Inputs of a batch hold at most this many elements (one image of 224 x 224 x 3): larger batches take memory, not less time. */
const MAX_BATCH_ELEMENTS = 2 ** 18;

/**
 * Cuts samples (first axis of each input, by value key) into batches. Data of exactly the shapes the model fixes is one
 * batch, whatever its first axes mean, and so is data of different first sizes that the model fixes but for those that agree.
 * A fixed first size of an input is the batch size otherwise, and an incomplete last batch is left out; otherwise a batch is
 * as large as its elements allow, up to `maxBatch`. Throws UserError when the inputs have different numbers of samples.
 */
export function batchesOf(inputs: readonly ModelInput[], samples: ReadonlyMap<string, Tensor>, samplingSize: number, maxBatch: number): Batch[] {
  const batched = inputs.filter((input) => (input.shape ?? [-1]).length > 0);
  if (batched.every((input) => input.shape?.join() === samples.get(valueKey(input.value))!.shape.join())) return [{ start: 0, count: 1, isWhole: true }];
  const tensors = batched.map((input) => samples.get(valueKey(input.value))!);
  const counts = tensors.map((tensor) => tensor.shape[0] ?? 1);
  const count = counts[0] ?? 1;
  if (counts.some((other) => other !== count)) {
    if (isOneBatch(batched, counts)) return [{ start: 0, count: 1, isWhole: true }];
    const sizes = batched.map((input, index) => `"${input.name}" ${counts[index]}`).join(', ');
    throw new UserError(`The inputs have different numbers of samples: ${sizes}`, { hint: 'Give as many samples for each input' });
  }
  const fixed = batched.map((input) => input.shape?.[0] ?? -1).find((size) => size > 0);
  const perSample = Math.max(1, ...tensors.map((tensor) => elementCount(tensor.shape.slice(1))));
  const size = fixed ?? Math.min(maxBatch, Math.max(1, Math.floor(MAX_BATCH_ELEMENTS / perSample)));
  const used = fixed === undefined ? Math.min(count, samplingSize) : Math.min(count, Math.max(fixed, Math.floor(samplingSize / fixed) * fixed));
  const batches: Batch[] = [];
  for (let start = 0; start < used; start += size) batches.push({ start, count: Math.min(size, used - start) });
  return batches;
}

/** How many samples there are: the largest of the first axes. */
export function samplesIn(inputs: readonly ModelInput[], feeds: ReadonlyMap<string, Tensor>): number {
  return Math.max(1, ...inputs.map((input) => feeds.get(valueKey(input.value))?.shape[0] ?? 1));
}

/** Whether the inputs that count samples agree on how many there are, and each other one has the one first size that it can have: a state of two layers, say. */
function isOneBatch(inputs: readonly ModelInput[], counts: readonly number[]): boolean {
  const sizes = inputs.map(({ shape }) => shape?.[0] ?? -1);
  const counting = counts.filter((_, index) => sizes[index]! < 0);
  return sizes.every((size, index) => size < 0 || size === counts[index]) && new Set(counting).size === 1;
}

/** One batch of each input; an input without a first axis is the same for every batch. */
export function batchOf(samples: ReadonlyMap<string, Tensor>, { start, count, isWhole }: Batch): ReadonlyMap<string, Tensor> {
  if (isWhole === true) return samples;
  return new Map([...samples].map(([key, tensor]) => [key, tensor.shape.length === 0 ? tensor : rows(tensor, start, count)]));
}

/** Rows [start, start + count) of a tensor along its first axis. */
export function rows(tensor: Tensor, start: number, count: number): Tensor {
  return sliced(tensor, tensor.shape.map((_, axis) => (axis === 0 ? start : 0)), [count, ...tensor.shape.slice(1)]);
}

/**
 * Runs a graph on any number of samples in memory of one batch, and joins the outputs along their first axis. `feeds` are
 * as `matchInputs` gives them. Throws UserError for an output without one row per sample when there are several batches.
 */
export async function runInBatches(request: Omit<PrepareRequest, 'feeds'> & RunOptions & { readonly graph: Graph }): Promise<Tensor[]> {
  const { graph, fetches, feeds, progress } = request;
  const given = graph.inputs.filter((input) => feeds.has(valueKey(input.value)));
  const batches = batchesOf(given, feeds, samplesIn(given, feeds), Infinity);
  const total = batches.reduce((sum, { count }) => sum + count, 0);
  const prepared = prepareGraph({ ...request, feeds: [...feeds.keys()] });
  const results: Tensor[][] = [];
  try {
    for (const batch of batches) {
      progress?.report(`Running: samples ${batch.start + 1} to ${batch.start + batch.count} of ${total}`, batch.start / total);
      results.push(await prepared.run({ ...request, feeds: batchOf(feeds, batch) }));
    }
  } finally {
    prepared.close();
  }
  if (results.length === 1) return results[0]!;
  return fetches.map((fetch, index) => {
    const parts = results.map((outputs) => outputs[index]!);
    const perSample = parts.every(({ shape }, batch) => shape[0] === batches[batch]!.count);
    if (!perSample) {
      throw new UserError('The output does not have one row per sample', { node: graph.nodes.get(fetch.node)?.name, hint: 'Run on fewer samples at once' });
    }
    return concatenated(parts, 0);
  });
}
