import { matchInputs } from '../engine/calibration/matchInputs';
import type { Tensor } from '../engine/graph/tensor';
import { NO_PROGRESS } from '../engine/host';
import { type Conversion, createConversion } from '../engine/pipeline';
import { runGraph } from '../engine/runtime/executor';
import { startKernels } from '../worker/kernelRunner';
import { nodeHost } from '../worker/nodeHost';

/** Outputs of a model on arrays, by output name, computed by the embedded runtime. */
export async function executeModel(conversion: Conversion, arrays: ReadonlyMap<string, Tensor>): Promise<Map<string, Tensor>> {
  const { graph, format } = conversion;
  const kernels = await startKernels();
  try {
    const fetches = graph.outputs.map((output) => output.value);
    const outputs = await runGraph({ graph, dialect: format.dialect, feeds: matchInputs(graph.inputs, arrays), fetches, kernels });
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
