import { fromText } from 'protobufjs/ext/textformat';
import { UserError } from '../../../errors';
import type { Graph, ModelInput, ModelOutput, ModelSignature } from '../../../graph/graph';
import type { ByteSource, OpenBeside, Progress } from '../../../host';
import { readWholeFile } from '../../fileBytes';
import { withFedConstants, withoutFedConstants } from '../fedConstants';
import { findInputs, findOutputs } from '../ioSignature';
import type { ReadOptions } from '../read';
import { decodeText } from '../text';
import { freeze, type FrozenSource } from './freeze';
import { unique } from './graphNames';
import { SavedModel } from './messages';
import { chooseMetaGraph, chooseSignatures, type SavedModelChoice } from './metaGraph';
import type { Signature, SignatureTensor } from './signature';

/** Where a SavedModel keeps its variables. */
const BUNDLE = 'variables/variables';

/**
 * Reads a SavedModel (tensorflow/core/protobuf/saved_model.proto): the graph behind its signatures, with
 * functions inlined and variables as constants. `source` is saved_model.pb or, in text format, saved_model.pbtxt; `beside` opens the variables. Throws UserError for
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
  const graph = await freeze(metaGraph, chooseSignatures(metaGraph, options, file), { file, limit: bytes.length, progress, beside, bundle: BUNDLE });
  return withSavedSignature(graph, options, file);
}

/**
 * The graph with the inputs and outputs the options name, as one signature, or with those of its signatures; what the options
 * leave out is that of the first. Throws UserError for a name not in the graph.
 */
export function withSavedSignature(given: Graph, { inputs, outputs }: ReadOptions, file: string): Graph {
  const graph = withoutFedConstants(given);
  const { signatures } = graph.source as FrozenSource;
  const [first] = signatures;
  const isOwn = inputs !== undefined || outputs !== undefined;
  const made = {
    inputs: inputs === undefined ? unique(isOwn ? first!.inputs : signatures.flatMap((signature) => signature.inputs)).map(asInput) : findInputs(graph, inputs, file),
    outputs: outputs === undefined ? unique(isOwn ? first!.outputs : signatures.flatMap((signature) => signature.outputs)).map(asOutput) : findOutputs(graph, outputs, file),
  };
  return { ...withFedConstants({ ...graph, ...made }), signatures: isOwn ? [{ name: first!.name, inputs: namesOf(made.inputs), outputs: namesOf(made.outputs) }] : signatures.map(asSignature) };
}

function asInput({ graphName, value, dtype, shape }: SignatureTensor): ModelInput {
  return { name: graphName, value, dtype, shape };
}

function asOutput({ graphName, value, dtype }: SignatureTensor): ModelOutput {
  return { name: graphName, value, dtype };
}

function asSignature({ name, inputs, outputs }: Signature): ModelSignature {
  const names = (tensors: readonly SignatureTensor[]): Map<string, string> => new Map(tensors.map((tensor) => [tensor.name, tensor.graphName]));
  return { name, inputs: names(inputs), outputs: names(outputs) };
}

/** Names that callers use as they are. */
function namesOf(values: readonly { readonly name: string }[]): Map<string, string> {
  return new Map(values.map(({ name }) => [name, name]));
}

function binaryOfText(bytes: Uint8Array, file: string): Uint8Array {
  const text = decodeText(bytes, file);
  try {
    return SavedModel.encode(fromText(SavedModel.reflected, text)).finish();
  } catch (error) {
    throw new UserError(`the text is not a SavedModel: ${(error as Error).message}`, { file, hint: 'Copy or export the whole SavedModel folder again' });
  }
}
