import { matchInputs } from '../engine/calibration/matchInputs';
import { type Graph, valueKey } from '../engine/graph/graph';
import type { Tensor } from '../engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS } from '../engine/host';
import { type Conversion, createConversion } from '../engine/pipeline';
import { runInBatches } from '../engine/runtime/batches';
import { runGraph } from '../engine/runtime/executor';
import { nodeHost } from '../worker/nodeHost';

/** Outputs of a model on arrays, by output name. */
export async function executeModel({ graph, format }: Conversion, arrays: ReadonlyMap<string, Tensor>, kernels: KernelRunner): Promise<Map<string, Tensor>> {
  const fetches = graph.outputs.map((output) => output.value);
  const feeds = matchInputs(graph.inputs, arrays);
  const request = { graph, dialect: format.dialect, feeds, fetches, kernels };
  const outputs = await (fitsAtOnce(graph, feeds) ? runGraph(request) : runInBatches(request));
  return new Map(graph.outputs.map((output, index) => [output.name, outputs[index]!]));
}

/** Inputs of at most this many elements are run as given: then outputs need no row per sample. */
const AT_ONCE = 2 ** 22;

function fitsAtOnce(graph: Graph, feeds: ReadonlyMap<string, Tensor>): boolean {
  const isOneBatch = graph.inputs.every(({ value, shape }) => {
    const fixed = shape?.[0] ?? -1;
    return fixed < 0 || feeds.get(valueKey(value))?.shape[0] === fixed;
  });
  const elements = [...feeds.values()].reduce((sum, tensor) => sum + tensor.data.length, 0);
  return isOneBatch && elements <= AT_ONCE;
}

/** A second model beside the command's own. */
export async function openAnother(path: string): Promise<Conversion> {
  const conversion = createConversion(nodeHost(NO_PROGRESS));
  await conversion.open(path, { text: undefined, path: undefined });
  return conversion;
}
