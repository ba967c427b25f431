import type { CalibrationAlgorithm } from '../config/config';
import type { Dialect } from '../dialect';
import { UserError } from '../errors';
import { valueKey, type Graph, type ValueRef } from '../graph/graph';
import { modelCalls, nodesOfCall } from '../graph/signatures';
import { elementCount, type Tensor } from '../graph/tensor';
import type { KernelRunner, Progress } from '../host';
import { batchesOf, batchOf, type Batch } from '../runtime/batches';
import { type PreparedGraph, prepareGraph } from '../runtime/executor';
import { inOrder } from '../runtime/inOrder';
import { describeRuntime } from '../runtime/ownFramework';
import { callsWithData, matchInputs } from './matchInputs';
import { ALGORITHMS } from './observers';
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

/** Samples of a batch at most; small, so that progress is steady. */
const MAX_BATCH = 32;

/** Elements of the largest value of a batch at most: what takes much time by itself takes none less beside others, only memory. */
const MAX_VALUE_ELEMENTS = 2 ** 19;

/** How many samples are run together: as many as the largest value whose first axis counts them allows. */
function samplesAtOnce(graph: Graph, dialect: Dialect): number {
  let largest = 1;
  for (const shape of dialect.inferShapes(graph).values()) {
    const [first, ...others] = shape ?? [];
    if (first === -1 && others.every((size) => size >= 0)) largest = Math.max(largest, elementCount(others));
  }
  return Math.min(MAX_BATCH, Math.max(1, Math.floor(MAX_VALUE_ELEMENTS / largest)));
}

/** The samples of one call of the model, in batches. */
interface CallRun {
  readonly feeds: ReadonlyMap<string, Tensor>;
  readonly batches: readonly Batch[];
  /** The values wanted that the call computes. */
  readonly observed: readonly ValueRef[];
}

/**
 * Runs the model on the samples, each signature that they are for, and records the range and the last shape of each value.
 * Deterministic: same data, same ranges. Throws UserError for data that does not fit the model, ops that cannot be run, and
 * values that become NaN or infinite; CancelledError between two nodes.
 */
export async function calibrate(request: CalibrationRequest): Promise<Ranges> {
  const { graph, dialect, values, kernels, progress } = request;
  const algorithm = ALGORITHMS[request.algorithm];
  const runs = runsOf(request, algorithm.sampleBySample === true ? 1 : samplesAtOnce(graph, dialect));
  const total = runs.reduce((sum, { batches }) => sum + samplesOf(batches), 0);
  const observers = new Map(values.map((value) => [valueKey(value), algorithm.observer()]));
  const runtime = describeRuntime(dialect, kernels, undefined);
  // A whole model runs elsewhere and tells all of a batch at once: meanwhile the next one is on its way.
  const atOnce = dialect.wholeModel !== undefined && algorithm.extremesOnly === true ? 2 : 1;
  let done = 0;
  for (const run of runs) await runCall(run);
  const ranges = new Map<string, ValueRange>();
  for (const [key, observer] of observers) {
    const range = observer.range();
    if (range !== undefined) ranges.set(key, range);
  }
  return ranges;

  async function runCall({ feeds, batches, observed }: CallRun): Promise<void> {
    const prepared = prepareGraph({ graph, dialect, fetches: [], observed, feeds: [...feeds.keys()], extremesOnly: algorithm.extremesOnly, kernels });
    try {
      const before = done;
      for await (const { count } of inOrder(batches, atOnce, (batch) => runBatch(prepared, feeds, batch, before + batch.start))) done += count;
    } finally {
      prepared.close();
    }
  }

  /** `first`: how many samples come before, those of earlier calls, too. */
  async function runBatch(prepared: PreparedGraph, feeds: ReadonlyMap<string, Tensor>, batch: Batch, first: number): Promise<Batch> {
    const samples = `samples ${first + 1} to ${first + batch.count}`;
    progress.report(`Calibrating: ${samples} of ${total}, by ${runtime}`, done / total);
    await prepared.run({
      feeds: batchOf(feeds, batch),
      progress,
      observe(value, tensor) {
        const observer = observers.get(valueKey(value));
        if (observer === undefined || observer.observe(tensor)) return;
        throw new UserError(`The node's result holds NaN or infinite elements for ${samples}`, {
          node: graph.nodes.get(value.node)?.name, hint: 'Check the model and the calibration data',
        });
      },
    });
    for (const observer of observers.values()) observer.endRun?.();
    return batch;
  }
}

function runsOf({ graph, values, data, samplingSize }: CalibrationRequest, atOnce: number): readonly CallRun[] {
  const calls = modelCalls(graph);
  return callsWithData(calls, data).map((call) => {
    const feeds = matchInputs(call.inputs, data);
    const computed = calls.length === 1 ? undefined : nodesOfCall(call, graph);
    return { feeds, batches: batchesOf(call.inputs, feeds, samplingSize, atOnce), observed: values.filter(({ node }) => computed?.has(node) ?? true) };
  }).filter(({ observed }) => observed.length > 0 || calls.length === 1);
}

function samplesOf(batches: readonly Batch[]): number {
  return batches.reduce((sum, { count }) => sum + count, 0);
}
