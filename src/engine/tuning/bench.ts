import { callsWithData, matchInputs } from '../calibration/matchInputs';
import { isMetricFile, type TuningConfig } from '../config/config';
import type { PlanContext } from '../config/plan';
import { UserError } from '../errors';
import type { Graph } from '../graph/graph';
import { graphOfCall, modelCalls } from '../graph/signatures';
import type { Tensor } from '../graph/tensor';
import type { KernelRunner, Progress, RuntimeChoice } from '../host';
import { heirs } from '../phases/prepare/heirs';
import { nodePrecisions } from '../report/precision';
import { createConstantStore } from '../runtime/constantStore';
import { describeRuntime } from '../runtime/ownFramework';
import { concatenated } from '../runtime/stridedCopy';
import type { Snapshot } from '../snapshot';
import { activationErrors } from './activationErrors';
import { type Candidate, candidateConfig, lowest, type SearchSpace } from './candidate';
import { convertWith, type FindRanges } from './convertCandidate';
import { evaluate, type EvaluationRequest, forEachBatch, judgedOutput, judgedSamples } from './evaluate';
import { graphFingerprint } from './graphFingerprint';
import { type Judge, judgeBy, judgeByOwn } from './judge';
import { measureSizes } from './measureSizes';
import { METRICS } from './metrics';
import { type CostBasis, modelledCycles } from './modelledCost';
import { nodePool, type ShareNodes } from './nodePool';
import { outputErrors } from './outputErrors';
import type { OwnMetric } from './ownMetric';
import { searchSpace } from './searchSpace';
import type { Measurement, Result, Results, Task } from './task';
import { workload } from './workload';

export interface BenchRequest {
  /** The opened model. */
  readonly graph: Graph;
  readonly config: TuningConfig;
  readonly context: PlanContext;
  readonly findRanges: FindRanges;
  /** Arrays by name: the model's inputs, samples along their first axis, and labels. */
  readonly data: ReadonlyMap<string, Tensor>;
  /** Key of the labels; without it the original's own outputs are what is expected. */
  readonly labels: string | undefined;
  /** That of the file which `tuning.metric` names; absent where it names none. */
  readonly ownMetric?: OwnMetric;
  readonly kernels: KernelRunner;
  /** What `kernels` were chosen by. */
  readonly runtime?: RuntimeChoice;
  readonly progress: Progress;
  /** Seconds of a clock that only moves forwards. */
  readonly now: () => number;
}

/** Everything one worker needs to answer tasks about a model. */
export interface Bench {
  run<T extends Task>(task: T): Promise<Result<T>>;
}

/** What all tasks share, made once. */
interface BenchState extends BenchRequest {
  readonly space: SearchSpace;
  readonly judged: Omit<EvaluationRequest, 'graph'>;
  readonly basis: CostBasis;
  readonly originalCycles: number;
  readonly share: ShareNodes;
  /** Measured so far, by fingerprint: another candidate may convert to the same graph. */
  readonly accuracies: Map<string, number>;
}

/** Runs the model once, for the sizes of its values. Throws UserError for data that does not fit the model, or a config that leaves nothing to choose. */
export async function createBench(whole: BenchRequest): Promise<Bench> {
  const request = { ...whole, graph: judgedGraph(whole) };
  const { graph, config, context, context: { dialect }, data, kernels, progress } = request;
  const space = searchSpace(graph, config, context);
  if (space.units.length === 0) {
    throw new UserError('There is nothing to tune: no op can be BF16 or INT8 under this config', { hint: 'Set use_bf16 to true, or give calibration data' });
  }
  const feeds = matchInputs(graph.inputs, data);
  const running = { dialect, feeds, kernels, progress, constants: createConstantStore() };
  const judged = { ...running, judge: await judgeOf(request, { ...running, graph }) };
  const sizes = await measureSizes({ ...running, graph });
  const basis: CostBasis = { graph, works: workload(graph, dialect, sizes), sizes, dialect };
  const share = nodePool();
  share(graph);
  const state: BenchState = { ...request, space, judged, basis, share, accuracies: new Map(), originalCycles: modelledCycles({ graph }, basis, config.target_isa) };
  // All values any candidate may quantize are calibrated in one run of the model.
  await convert(state, lowest(space));
  return { run: <T extends Task>(task: T) => ANSWERS[task.kind](state, task as never) as Promise<Result<T>> };
}

/** What of the model the data is for: where it has several signatures, the first of those that the data is for. */
function judgedGraph({ graph, data }: BenchRequest): Graph {
  const calls = modelCalls(graph);
  if (calls.length === 1) return graph;
  const served = callsWithData(calls, data);
  return graphOfCall(served.find(({ inputs }) => inputs.length > 0) ?? served[0]!, graph);
}

type Answers = { readonly [K in Task['kind']]: (state: BenchState, task: Extract<Task, { kind: K }>) => Promise<Results[K]> };

const ANSWERS: Answers = {
  space: async ({ space }) => space,
  baseline: async ({ judged, graph, now, context: { dialect }, kernels, runtime }) => {
    const started = now();
    return { accuracy: await evaluate({ ...judged, graph }), higherIsBetter: judged.judge.higherIsBetter, seconds: now() - started, runtime: describeRuntime(dialect, kernels, runtime) };
  },
  measure: async (state, { candidate }): Promise<Measurement> => {
    const { graph, judged, accuracies, now } = state;
    const started = now();
    const converted = await convert(state, candidate);
    const fingerprint = graphFingerprint(converted.graph, graph);
    const accuracy = accuracies.get(fingerprint) ?? (await evaluate({ ...judged, graph: converted.graph }));
    accuracies.set(fingerprint, accuracy);
    return { accuracy, cost: costOf(converted, state), lowered: loweredShare(converted, state), seconds: now() - started, fingerprint };
  },
  price: async (state, { candidates }) => {
    const costs: number[] = [];
    for (const candidate of candidates) costs.push(costOf(await convert(state, candidate), state));
    return costs;
  },
  outputErrors: async (state, { from, candidates }) => {
    const { graph, judged, config: { tuning: { confidence_batches: batches } } } = state;
    const reference = from === undefined ? graph : (await convert(state, from)).graph;
    const errors: number[] = [];
    for (const some of chunks(candidates, Math.max(1, Math.floor(NODES_AT_ONCE / graph.nodes.size)))) {
      const variants: Graph[] = [];
      for (const candidate of some) variants.push((await convert(state, candidate)).graph);
      errors.push(...(await outputErrors({ ...judged, original: graph, reference, variants, batches })));
    }
    return errors;
  },
  activationErrors: async (state, { candidate }) => {
    const { graph, judged, space: { units }, config: { tuning: { confidence_batches: batches } } } = state;
    return activationErrors({ ...judged, original: graph, converted: (await convert(state, candidate)).graph, units, batches });
  },
};

/** Nodes of conversions that are held at a time. */
const NODES_AT_ONCE = 2 ** 21;

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

async function convert({ graph, config, context, findRanges, progress, space, share }: BenchState, candidate: Candidate): Promise<Snapshot> {
  const converted = await convertWith(graph, candidateConfig(config, space, candidate), context, findRanges, progress);
  return { ...converted, graph: share(converted.graph) };
}

function costOf(converted: Snapshot, { basis, config, originalCycles }: BenchState): number {
  return modelledCycles(converted, basis, config.target_isa) / originalCycles;
}

function loweredShare(converted: Snapshot, { graph, space, basis, context: { dialect } }: BenchState): number {
  const precisions = nodePrecisions(converted, dialect);
  const now = heirs(graph, converted.graph, dialect);
  let [all, lowered] = [0, 0];
  for (const id of space.units.flatMap(({ kind, nodes }) => (kind === 'op' ? nodes : []))) {
    const { multiplyAdds } = basis.works.get(id)!;
    all += multiplyAdds;
    const precision = precisions.get(now.get(id) ?? id);
    if (precision === 'int8' || precision === 'bf16') lowered += multiplyAdds;
  }
  return all === 0 ? 0 : lowered / all;
}

/** Judges by the labels; by what the original itself gives where there are none. */
async function judgeOf({ graph, data, labels: key, ownMetric, config: { tuning: { metric, topk } } }: BenchRequest, running: Parameters<typeof forEachBatch>[0]): Promise<Judge> {
  const labels = key === undefined ? undefined : labelsIn(data, key);
  if (isMetricFile(metric)) return judgeByOwn(ownMetric!, { outputs: graph.outputs, labels, data, samples: judgedSamples(graph.inputs, running.feeds) });
  if (labels !== undefined) return judgeBy(metric, topk, labels);
  if (METRICS[metric].expects === 'classes') throw new UserError(`The metric ${metric} needs labels`, { hint: 'Name their array with --labels, or choose tuning.metric "sqnr" or "cosine"' });
  const outputs: Tensor[] = [];
  await forEachBatch(running, [judgedOutput(graph)], ([output]) => outputs.push(output!));
  return judgeBy(metric, topk, outputs.length === 1 ? outputs[0]! : concatenated(outputs, 0));
}

/** Throws UserError where the data has no array of that name. */
export function labelsIn(data: ReadonlyMap<string, Tensor>, key: string): Tensor {
  const array = data.get(key);
  if (array !== undefined) return array;
  throw new UserError(`The data has no array "${key}" for the labels`, { hint: `It has ${[...data.keys()].join(', ')}` });
}
