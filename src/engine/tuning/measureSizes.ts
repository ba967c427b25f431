import type { Dialect } from '../dialect';
import { type Graph, type ValueRef, valueKey } from '../graph/graph';
import { batchOf } from '../runtime/batches';
import { prepareGraph } from '../runtime/executor';
import { type EvaluationRequest, judgedBatches } from './evaluate';
import type { ValueSize, ValueSizes } from './workload';

/** Shapes of the values the outputs need, and how often each is computed, in a run of the first batch. Where only whole models run, none are known of loops. */
export async function measureSizes({ graph, dialect, feeds, kernels, constants, progress }: Omit<EvaluationRequest, 'judge'>): Promise<ValueSizes> {
  const sizes = new Map<string, ValueSize>();
  const fetches = graph.outputs.map(({ value }) => value);
  const prepared = prepareGraph({ graph, dialect, fetches, observed: valuesBehind(graph, dialect), extremesOnly: true, feeds: [...feeds.keys()], kernels, constants });
  try {
    await prepared.run({
      feeds: batchOf(feeds, judgedBatches(graph.inputs, feeds)[0]!),
      progress,
      observe(value, { shape }) {
        const known = sizes.get(valueKey(value));
        if (known === undefined) sizes.set(valueKey(value), { shape, times: 1 });
        else known.times++;
      },
    });
  } finally {
    prepared.close();
  }
  // Those of a whole model are part of it, and not seen.
  for (const node of graph.nodes.values()) {
    const key = valueKey({ node: node.id, output: 0 });
    if (dialect.isConstant(node) && !sizes.has(key) && dialect.outputTypes(node)[0] === 'float32') sizes.set(key, { shape: dialect.constantTensor(node).shape, times: 1 });
  }
  return sizes;
}

/** The FP32 values that the outputs are computed from, without constants; what runs inside loops has no single value. */
function valuesBehind(graph: Graph, dialect: Dialect): ValueRef[] {
  const inLoops = dialect.nodesInLoops(graph);
  const found = new Map<string, ValueRef>();
  const stack = graph.outputs.map(({ value }) => value);
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (found.has(valueKey(value))) continue;
    found.set(valueKey(value), value);
    stack.push(...graph.nodes.get(value.node)!.inputs);
  }
  return [...found.values()].filter(({ node, output }) => {
    const producer = graph.nodes.get(node)!;
    return !inLoops.has(node) && !dialect.isConstant(producer) && dialect.outputTypes(producer)[output] === 'float32';
  });
}
