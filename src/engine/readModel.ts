import type { TuningConfig } from './config/config';
import { filesBeside } from './formats/filesBeside';
import { type Format, formatOf, MAIN_FILES } from './formats/formats';
import type { Graph } from './graph/graph';
import type { ConversionHost } from './host';

/** What of a config decides which graph of a model file is read, and which of its values are inputs and outputs. */
export type ModelChoice = Pick<TuningConfig, 'inputs' | 'outputs' | 'signature' | 'tags'>;

type Host = Pick<ConversionHost, 'modelFile' | 'openSource' | 'progress' | 'resolveBeside'>;

/** Reads the model at a path, a file or a folder. Throws UserError for what is no model, or none with what is asked for. */
export async function readModel(path: string, { inputs, outputs, signature, tags }: ModelChoice, host: Host): Promise<{ readonly format: Format; readonly graph: Graph }> {
  const file = await host.modelFile(path, MAIN_FILES);
  const format = formatOf(file);
  host.progress.report('Reading the model');
  const graph = await format.read(await host.openSource(file), { inputs, outputs, signature, tags }, host.progress, filesBeside(file, host));
  return { format, graph: withOutputTypes(graph, format) };
}

/** Fills in the types of fetched values, which the file states only through the ops that make them. */
export function withOutputTypes(graph: Graph, { dialect }: Format): Graph {
  const outputs = graph.outputs.map((output) => ({ ...output, dtype: dialect.outputTypes(graph.nodes.get(output.value.node)!)[output.value.output] }));
  const inputs = graph.inputs.map((input) => ({ ...input, dtype: input.dtype ?? dialect.outputTypes(graph.nodes.get(input.value.node)!)[input.value.output] }));
  return { ...graph, inputs, outputs };
}
