import { callsWithData, matchInputs } from '../engine/calibration/matchInputs';
import type { ConfigSource } from '../engine/conversion';
import { type ModelInput, valueKey } from '../engine/graph/graph';
import { callFor, modelCalls } from '../engine/graph/signatures';
import type { Tensor } from '../engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS } from '../engine/host';
import { type Conversion, createConversion } from '../engine/pipeline';
import { runInBatches } from '../engine/runtime/batches';
import { runGraph } from '../engine/runtime/executor';
import { nodeHost } from '../worker/nodeHost';

/**
 * Outputs of a model on arrays, by output name: those of all signatures that the arrays are for, or only the `wanted` ones.
 * Throws UserError for arrays that do not fit.
 */
export async function executeModel(
  { graph, format }: Conversion, arrays: ReadonlyMap<string, Tensor>, kernels: KernelRunner, wanted?: ReadonlySet<string>,
): Promise<Map<string, Tensor>> {
  const outputs = new Map<string, Tensor>();
  const calls = wanted === undefined ? callsWithData(modelCalls(graph), arrays) : [callFor(wanted, graph)];
  for (const call of calls) {
    const feeds = matchInputs(call.inputs, arrays);
    const request = { graph, dialect: format.dialect, feeds, fetches: call.outputs.map(({ value }) => value), kernels };
    const results = await (fitsAtOnce(call.inputs, feeds) ? runGraph(request) : runInBatches(request));
    call.outputs.forEach(({ name }, index) => outputs.set(name, results[index]!));
  }
  return outputs;
}

/** Inputs of at most this many elements are run as given: then outputs need no row per sample. */
const AT_ONCE = 2 ** 22;

function fitsAtOnce(inputs: readonly ModelInput[], feeds: ReadonlyMap<string, Tensor>): boolean {
  const isOneBatch = inputs.every(({ value, shape }) => {
    const fixed = shape?.[0] ?? -1;
    return fixed < 0 || feeds.get(valueKey(value))?.shape[0] === fixed;
  });
  const elements = [...feeds.values()].reduce((sum, tensor) => sum + tensor.data.length, 0);
  return isOneBatch && elements <= AT_ONCE;
}

/** A second model beside the command's own. */
export async function openAnother(path: string, source: ConfigSource): Promise<Conversion> {
  const conversion = createConversion(nodeHost(NO_PROGRESS));
  await conversion.open(path, source);
  return conversion;
}
