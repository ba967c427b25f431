import { fromText } from 'protobufjs/ext/textformat';
import { UserError } from '../../../errors';
import type { Graph } from '../../../graph/graph';
import type { ByteSource, OpenBeside, Progress } from '../../../host';
import { readWholeFile } from '../../fileBytes';
import { findInputs, findOutputs } from '../ioSignature';
import type { ReadOptions } from '../read';
import { decodeText } from '../text';
import { checkGraph } from '../validate';
import { freeze, type FrozenSource } from './freeze';
import { SavedModel } from './messages';
import { chooseMetaGraph, type SavedModelChoice } from './metaGraph';

/**
 * Reads a SavedModel (tensorflow/core/protobuf/saved_model.proto): the graph behind one signature, with its functions
 * inlined and its variables as constants. `source` is saved_model.pb or, in text
 * format, saved_model.pbtxt; `beside` opens the variables. Throws UserError for
 * what freeze refuses, for files that are missing or damaged, and for a graph TensorFlow could not load.
 */
export async function readSavedModel(source: ByteSource, options: ReadOptions & SavedModelChoice, progress: Progress, beside: OpenBeside): Promise<Graph> {
  const content = await readWholeFile(source, progress);
  const bytes = /\.pbtxt$/i.test(source.name) ? binaryOfText(content, source.name) : content;
  return savedModelFromBytes(bytes, source.name, options, progress, beside);
}

/** The graph in a serialised SavedModel; `bytes` are kept and must not change afterwards. */
export async function savedModelFromBytes(
  bytes: Uint8Array, file: string, options: ReadOptions & SavedModelChoice, progress: Progress, beside: OpenBeside,
): Promise<Graph> {
  const metaGraph = chooseMetaGraph(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), options, file);
  const graph = await freeze(metaGraph, options, { file, limit: bytes.length, progress, beside });
  progress.report('Checking the graph');
  checkGraph(graph, file, progress);
  return withSavedSignature(graph, options, file);
}

/** The graph with the inputs and outputs the options name, or those of its signature. Throws UserError for a name not in the graph. */
export function withSavedSignature(graph: Graph, { inputs, outputs }: ReadOptions, file: string): Graph {
  const { signature } = graph.source as FrozenSource;
  return {
    ...graph,
    inputs: inputs === undefined ? signature.inputs : findInputs(graph, inputs, file),
    outputs: outputs === undefined ? signature.outputs.map(({ name, value, dtype }) => ({ name, value, dtype })) : findOutputs(graph, outputs, file),
  };
}

function binaryOfText(bytes: Uint8Array, file: string): Uint8Array {
  const text = decodeText(bytes, file);
  try {
    return SavedModel.encode(fromText(SavedModel, text)).finish();
  } catch (error) {
    throw new UserError(`the text is not a SavedModel: ${(error as Error).message}`, { file, hint: 'Copy or export the whole SavedModel folder again' });
  }
}
