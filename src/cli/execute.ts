import { matchInputs } from '../engine/calibration/matchInputs';
import type { Tensor } from '../engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS } from '../engine/host';
import { type Conversion, createConversion } from '../engine/pipeline';
import { runGraph } from '../engine/runtime/executor';
import { nodeHost } from '../worker/nodeHost';

/** Outputs of a model on arrays, by output name, computed by the embedded runtime. */
export async function executeModel(
  { graph, format }: Conversion, arrays: ReadonlyMap<string, Tensor>, startKernels: () => Promise<KernelRunner>,
): Promise<Map<string, Tensor>> {
  const fetches = graph.outputs.map((output) => output.value);
  const feeds = matchInputs(graph.inputs, arrays);
  const kernels = await startKernels();
  try {
    const outputs = await runGraph({ graph, dialect: format.dialect, feeds, fetches, kernels });
    return new Map(graph.outputs.map((output, index) => [output.name, outputs[index]!]));
  } finally {
    await kernels.close();
  }
}

/** A second model beside the command's own. */
export async function openAnother(path: string): Promise<Conversion> {
  const conversion = createConversion(nodeHost(NO_PROGRESS));
  await conversion.open(path, { text: undefined, path: undefined });
  return conversion;
}
