import type { Dialect } from '../dialect';
import { type Graph, type ValueRef, valueKey } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import { batchOf } from '../runtime/batches';
import { valuesOf } from '../runtime/compare';
import { prepareGraph } from '../runtime/executor';
import type { Unit } from './candidate';
import { judgedBatches, judgedOutput } from './evaluate';
import type { OutputErrorRequest } from './outputErrors';

export interface ActivationErrorRequest extends Omit<OutputErrorRequest, 'variants' | 'reference'> {
  readonly converted: Graph;
  readonly units: readonly Unit[];
}

/**
 * How far what each unit reads is from what it reads in the original: the mean squared error of its first activation, both
 * scaled to the original's range, as Neural Compressor's `mse` ranks ops; of several nodes the sum. Units that the output
 * does not depend on have no error. Batches are run one by one, with the activations of one held.
 */
export async function activationErrors(request: ActivationErrorRequest): Promise<number[]> {
  const { original, converted, units, dialect, feeds, batches: count } = request;
  const errors = units.map(() => 0);
  for (const batch of judgedBatches(original.inputs, feeds).slice(0, count)) {
    const inputs = batchOf(feeds, batch);
    const before = await activationsOf(original, request, inputs);
    const after = await activationsOf(converted, request, inputs);
    for (const [index, { nodes }] of units.entries()) {
      for (const id of nodes) errors[index]! += meanError(before(activationOf(original, id, dialect)), after(activationOf(converted, id, dialect)));
    }
  }
  return errors;
}

/** The first FP32 or BF16 value that a node reads and that is no constant. */
function activationOf(graph: Graph, id: string, dialect: Dialect): ValueRef | undefined {
  const node = graph.nodes.get(id);
  return node?.inputs.find((input, index) =>
    ['float32', 'bfloat16'].includes(dialect.inputType(node, index) ?? '') && dialect.constantBehind(graph.nodes, input) === undefined);
}

/** What a run gives for activations: a tensor for each time the value is computed. */
async function activationsOf(
  graph: Graph, { units, dialect, kernels, progress, constants }: ActivationErrorRequest, feeds: ReadonlyMap<string, Tensor>,
): Promise<(value: ValueRef | undefined) => readonly Tensor[]> {
  const read = units.flatMap(({ nodes }) => nodes.flatMap((id) => activationOf(graph, id, dialect) ?? []));
  const watched = new Set(read.map(valueKey));
  const inLoops = dialect.nodesInLoops(graph);
  const observed = read.filter(({ node }) => !inLoops.has(node));
  const seen = new Map<string, Tensor[]>();
  const prepared = prepareGraph({ graph, dialect, fetches: [judgedOutput(graph)], observed, feeds: [...feeds.keys()], kernels, constants });
  try {
    await prepared.run({
      feeds,
      progress,
      observe(value, tensor) {
        const key = valueKey(value);
        if (!watched.has(key)) return;
        const copy = { ...tensor, data: tensor.data.slice() };
        const list = seen.get(key);
        if (list === undefined) seen.set(key, [copy]);
        else list.push(copy);
      },
    });
  } finally {
    prepared.close();
  }
  return (value) => (value === undefined ? [] : (seen.get(valueKey(value)) ?? []));
}

function meanError(before: readonly Tensor[], after: readonly Tensor[]): number {
  let [min, max, noise, count] = [Infinity, -Infinity, 0, 0];
  for (let time = 0; time < Math.min(before.length, after.length); time++) {
    const [a, b] = [valuesOf(before[time]!), valuesOf(after[time]!)];
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      min = Math.min(min, a[i]!);
      max = Math.max(max, a[i]!);
      noise += a[i] === b[i] ? 0 : (a[i]! - b[i]!) ** 2;
    }
    count += a.length;
  }
  if (noise === 0) return 0;
  const error = noise / (count * (max - min) ** 2);
  return Number.isFinite(error) ? error : Number.MAX_VALUE;
}
