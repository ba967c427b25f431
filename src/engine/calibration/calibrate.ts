import type { Dialect } from '../dialect';
import { UserError } from '../errors';
import { valueKey, type Graph, type ValueRef } from '../graph/graph';
import { elementCount, type Tensor } from '../graph/tensor';
import type { KernelRunner, Progress } from '../host';
import { prepareGraph } from '../runtime/executor';
import { sliced } from '../runtime/stridedCopy';
import { matchInputs } from './matchInputs';
import { observerOf, type CalibrationAlgorithm } from './observers';
import type { Ranges, ValueRange } from './ranges';

export interface CalibrationRequest {
  readonly graph: Graph;
  readonly dialect: Dialect;
  /** The values whose ranges are wanted. */
  readonly values: readonly ValueRef[];
  /** Samples along the first axis, by input name. */
  readonly data: ReadonlyMap<string, Tensor>;
  /** How many samples to use, from the first; all when there are fewer. */
  readonly samplingSize: number;
  readonly algorithm: CalibrationAlgorithm;
  readonly kernels: KernelRunner;
  readonly progress: Progress;
}

/** Inputs of a batch hold at most this many elements (one image of 224 x 224 x 3): larger batches take memory, not less time. */
const MAX_BATCH_INPUT_ELEMENTS = 2 ** 18;
const MAX_BATCH = 32;

/**
 * Runs the model on the samples and records the range and the last shape of each value. Deterministic: same data, same
 * ranges. Throws UserError for data that does not fit the model, ops that cannot be run, and values that become NaN or
 * infinite; CancelledError between two nodes.
 */
export async function calibrate(request: CalibrationRequest): Promise<Ranges> {
  const { graph, dialect, values, kernels, progress } = request;
  const samples = matchInputs(graph.inputs, request.data);
  const batches = batchesOf(graph, samples, request.samplingSize);
  const total = batches.reduce((sum, { count }) => sum + count, 0);
  const observers = new Map(values.map((value) => [valueKey(value), observerOf(request.algorithm)]));
  const prepared = prepareGraph({ graph, dialect, fetches: [], observed: values, feeds: [...samples.keys()] });
  try {
    for (const batch of batches) await runBatch(batch);
  } finally {
    prepared.close(kernels);
  }
  const ranges = new Map<string, ValueRange>();
  for (const [key, observer] of observers) {
    const range = observer.range();
    if (range !== undefined) ranges.set(key, range);
  }
  return ranges;

  async function runBatch({ start, count }: Batch): Promise<void> {
    progress.report(`Calibrating: samples ${start + 1} to ${start + count} of ${total}`, start / total);
    await prepared.run({
      feeds: new Map([...samples].map(([key, tensor]) => [key, batchOf(tensor, start, count)])),
      kernels,
      progress,
      observe(value, tensor) {
        const observer = observers.get(valueKey(value));
        if (observer === undefined || observer.observe(tensor)) return;
        throw new UserError(`The node's result holds NaN or infinite elements for samples ${start + 1} to ${start + count}`, {
          node: graph.nodes.get(value.node)?.name, hint: 'Check the model and the calibration data',
        });
      },
    });
  }
}

interface Batch {
  readonly start: number;
  readonly count: number;
}

/** A fixed first size of an input is the batch size; otherwise batches are as large as memory allows. */
function batchesOf(graph: Graph, samples: ReadonlyMap<string, Tensor>, samplingSize: number): Batch[] {
  const batched = graph.inputs.filter((input) => (input.shape ?? [-1]).length > 0);
  const tensors = batched.map((input) => samples.get(valueKey(input.value))!);
  const counts = tensors.map((tensor) => tensor.shape[0] ?? 1);
  const count = counts[0] ?? 1;
  if (counts.some((other) => other !== count)) {
    const sizes = batched.map((input, index) => `"${input.name}" ${counts[index]}`).join(', ');
    throw new UserError(`The inputs have different numbers of samples: ${sizes}`, { hint: 'Give as many samples for each input' });
  }
  const fixed = batched.map((input) => input.shape?.[0] ?? -1).find((size) => size > 0);
  const perSample = Math.max(1, ...tensors.map((tensor) => elementCount(tensor.shape.slice(1))));
  const size = fixed ?? Math.min(MAX_BATCH, Math.max(1, Math.floor(MAX_BATCH_INPUT_ELEMENTS / perSample)));
  const used = fixed === undefined ? Math.min(count, samplingSize) : Math.min(count, Math.max(fixed, Math.floor(samplingSize / fixed) * fixed));
  const batches: Batch[] = [];
  for (let start = 0; start < used; start += size) batches.push({ start, count: Math.min(size, used - start) });
  return batches;
}

/** Samples [start, start + count) of an input; an input without a first axis is the same for every batch. */
function batchOf(tensor: Tensor, start: number, count: number): Tensor {
  if (tensor.shape.length === 0) return tensor;
  return sliced(tensor, tensor.shape.map((_, axis) => (axis === 0 ? start : 0)), [count, ...tensor.shape.slice(1)]);
}
