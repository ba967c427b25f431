import type { Dialect } from '../dialect';
import type { WholeModel, WholeModelRequest } from '../modelRun';
import { CancelledError, UserError } from '../errors';
import { type Graph, type Node, uniqueValues, valueKey, type ValueRef } from '../graph/graph';
import { elementCount, type Tensor } from '../graph/tensor';
import { topologicalOrder } from '../graph/traversal';
import type { KernelRunner } from '../host';
import type { PreparedGraph, PrepareRequest, RunOptions } from './executor';
import { given, valueOfKey } from './requested';

/** Observed values that are fetched whole in one run: they are all in memory together. */
const WHOLE_AT_ONCE = 16;

/** One run of the model: which values it returns. */
interface Part {
  readonly key: string;
  readonly fetches: readonly ValueRef[];
  /** Values `observe` is given as they are. */
  readonly whole: readonly ValueRef[];
  /** Values `observe` is given the extremes of. */
  readonly reduced: readonly ValueRef[];
  readonly model: WholeModel;
}

/**
 * A graph that onnxruntime runs as one model. Observed values that need an input which is not fed or an op that it has not,
 * and those that cannot be observed, are left out. With `extremesOnly` one run gives the extremes of all observed values;
 * otherwise these are fetched a few at a time, in one run of the model each. Throws UserError for a value wanted that needs
 * such an input or op, and for a model that onnxruntime refuses.
 */
export function prepareWholeModel(request: PrepareRequest, build: (wanted: WholeModelRequest) => WholeModel, key: string): PreparedGraph {
  const { graph, dialect, kernels } = request;
  const feeds = request.feeds.map(valueOfKey);
  const isComputed = (value: ValueRef): boolean => !request.feeds.includes(valueKey(value)) && !dialect.isConstant(graph.nodes.get(value.node)!);
  const obstacles = nodesThatCannotRun(graph, new Set(request.feeds), dialect);
  const runs = (id: string): boolean => !obstacles.has(id);
  const missing = request.fetches.find((value) => isComputed(value) && !runs(value.node));
  if (missing !== undefined) throw new UserError(obstacles.get(missing.node)!, { node: graph.nodes.get(missing.node)?.name, hint: 'Give outputs that do not need it' });
  const fetches = uniqueValues(request.fetches.filter(isComputed));
  const observed = uniqueValues(request.observed ?? []).filter(({ node }) => runs(node) && canObserve(graph.nodes.get(node)!, runs, request));
  const parts: Part[] = [];
  const addPart = (own: Omit<Part, 'key' | 'model'>): void => {
    const model = build({ feeds, fetches: [...own.fetches, ...own.whole], observed: own.reduced });
    parts.push({ ...own, key: `${key} part ${parts.length}`, model });
  };
  if (request.extremesOnly === true) addPart({ fetches, whole: [], reduced: observed });
  else {
    for (let start = 0; start === 0 || start < observed.length; start += WHOLE_AT_ONCE) {
      addPart({ fetches: start === 0 ? fetches : [], whole: observed.slice(start, start + WHOLE_AT_ONCE), reduced: [] });
    }
  }
  return {
    async run(options) {
      let results = new Map<string, Tensor>();
      for (const [index, part] of parts.entries()) {
        options.progress?.throwIfCancelled();
        const found = await runPart(part, feeds, options, kernels);
        if (index === 0) results = found;
      }
      return request.fetches.map((value) => results.get(valueKey(value)) ?? given(value, options.feeds, graph, dialect));
    },
    close: () => kernels.forget(`${key} `),
  };
}

async function runPart(part: Part, feeds: readonly ValueRef[], { feeds: tensors, observe }: RunOptions, kernels: KernelRunner): Promise<Map<string, Tensor>> {
  const inputs = feeds.map((feed) => tensors.get(valueKey(feed))!);
  const outputs = await kernels.run(part.key, part.model.model, inputs).catch((error: unknown) => {
    if (error instanceof UserError || error instanceof CancelledError) throw error;
    throw new UserError(`onnxruntime cannot run the model: ${(error as Error).message}`, { hint: 'Record ranges elsewhere and give them as calibration.ranges' });
  });
  const values = [...part.fetches, ...part.whole];
  const results = new Map(part.fetches.map((value, index) => [valueKey(value), outputs[index]!]));
  part.whole.forEach((value, index) => observe?.(value, outputs[part.fetches.length + index]!));
  part.reduced.forEach((value, index) => {
    const [min, max, sum, shape] = outputs.slice(values.length + 4 * index, values.length + 4 * index + 4) as [Tensor, Tensor, Tensor, Tensor];
    observe?.(value, extremesTensor(min, max, sum, shape));
  });
  return results;
}

function canObserve(node: Node, runs: (id: string) => boolean, { dialect, extremesOnly }: PrepareRequest): boolean {
  const seen = dialect.observable?.(node, runs) ?? 'whole';
  return seen === 'whole' || (seen === 'summary' && extremesOnly === true);
}

/** A tensor with the extremes alone, under the shape of the whole. */
function extremesTensor(min: Tensor, max: Tensor, sum: Tensor, shape: Tensor): Tensor {
  const sizes = Array.from(shape.data as BigInt64Array, Number);
  const [low, high, total] = [min, max, sum].map((tensor) => (tensor.data as Float32Array)[0]!) as [number, number, number];
  const data = elementCount(sizes) === 0 || low > high ? new Float32Array() : Float32Array.of(Number.isNaN(total) ? NaN : low, high);
  return { dtype: 'float32', shape: sizes, data };
}

/**
 * The nodes that need an input of the model that is not fed, or an op that cannot be run, with what is said of the first of
 * these. Feeding an inner value cuts the graph there.
 */
function nodesThatCannotRun(graph: Graph, fed: ReadonlySet<string>, dialect: Dialect): ReadonlyMap<string, string> {
  const obstacles = new Map<string, string>();
  const isModelInput = (node: Node): boolean => dialect.isInput(node) && (dialect.observable?.(node, () => true) ?? 'whole') === 'whole';
  const own = (node: Node): string | undefined => (
    isModelInput(node) && !fed.has(valueKey({ node: node.id, output: 0 })) ? `A value must be fed to the input "${node.name}"` : dialect.whyNotRun?.(node, graph)
  );
  for (const id of topologicalOrder(graph, (node) => dialect.closesLoop(node))) {
    const node = graph.nodes.get(id)!;
    const source = node.inputs.find((value) => !fed.has(valueKey(value)) && obstacles.has(value.node));
    const obstacle = source === undefined ? own(node) : obstacles.get(source.node);
    if (obstacle !== undefined) obstacles.set(id, obstacle);
  }
  return obstacles;
}
