import { fromText } from 'protobufjs/ext/textformat';
import { UserError } from '../../../errors';
import { type Graph, type ModelInput, type ModelOutput, type ValueRef } from '../../../graph/graph';
import { nodesOfCall } from '../../../graph/signatures';
import type { ByteSource, OpenBeside, Progress } from '../../../host';
import { readWholeFile } from '../../fileBytes';
import { shapeMessage } from '../attributes';
import { dataTypeToEnum } from '../dataTypes';
import { findInputs, findOutputs } from '../ioSignature';
import { decodeFields, type ReadOptions } from '../read';
import { notAGraphDef } from '../recognise';
import { freeze } from '../savedModel/freeze';
import { MetaGraphDef, type SignatureMessage, type TensorInfoMessage } from '../savedModel/messages';
import { chooseSignatures, decodeMetaGraph, type MetaGraph, type NamedSignature, type SavedModelChoice } from '../savedModel/metaGraph';
import { withSavedSignature } from '../savedModel/read';
import { signatureOf } from '../signature';
import { decodeText } from '../text';
import { resultsOf } from './results';

const SIGNATURE = 'serving_default';
const PREDICT = 'tensorflow/serving/predict';
const SERVE = 'serve';

/**
 * Reads the graph of a TensorFlow 1 checkpoint: a MetaGraphDef (meta_graph.proto), binary or text, in `NAME.meta`, with the
 * variables in `NAME.index` and `NAME.data-…` as constants. Its outputs are those the options name, those of its signatures,
 * or what no part of training reads. Throws UserError for files that are missing or damaged, for a graph of which none of
 * that can be told, and for what `freeze` refuses.
 */
export async function readCheckpoint(source: ByteSource, options: ReadOptions & SavedModelChoice, progress: Progress, beside: OpenBeside): Promise<Graph> {
  const file = source.name;
  const bytes = await readWholeFile(source, progress);
  const metaGraph = decoded(bytes, file);
  const isNamed = options.inputs !== undefined || options.outputs !== undefined;
  const signatures = metaGraph.signatures.size > 0 && !isNamed ? chooseSignatures(metaGraph, options, file) : [signatureFor(metaGraph, options, file, progress)];
  const bundle = file.replace(/^.*[\\/]/s, '').replace(/\.meta$/i, '');
  return withSavedSignature(await freeze(metaGraph, signatures, { file, limit: bytes.length, progress, beside, bundle }), {}, file);
}

function decoded(bytes: Uint8Array, file: string): MetaGraph {
  const isText = /^\s*(#[^\n]*\n\s*)*(meta_info_def|graph_def)\s*[:{]/.test(String.fromCharCode(...bytes.subarray(0, 256)));
  const hint = 'Choose the .meta file that tf.compat.v1.train.Saver wrote beside the checkpoint';
  let metaGraph: MetaGraph;
  try {
    metaGraph = decodeMetaGraph(isText ? MetaGraphDef.encode(fromText(MetaGraphDef.reflected, decodeText(bytes, file))).finish() : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw notAGraphDef(bytes, file) ?? new UserError('the file is not the graph of a TensorFlow checkpoint, or it is cut off', { file, hint });
  }
  if (metaGraph.frame.graphDef.length === 0) throw new UserError('the file holds no graph of a TensorFlow checkpoint', { file, hint });
  // Nobody says so of a checkpoint; a SavedModel without tags would be hard to load.
  return { ...metaGraph, info: { ...metaGraph.info, tags: [SERVE] } };
}

/** The inputs and outputs the options name, else the results and the placeholders they need. */
function signatureFor({ frame }: MetaGraph, options: ReadOptions, file: string, progress: Progress): NamedSignature {
  const { nodes } = decodeFields(frame.graphDef, file, progress);
  const graph: Graph = { nodes, inputs: [], outputs: [] };
  const outputs = options.outputs === undefined ? resultsOf(graph, file) : findOutputs(graph, options.outputs, file);
  const inputs = findInputs(graph, options.inputs, file);
  const run = nodesOfCall({ signature: undefined, inputs, outputs }, graph);
  const type = ({ node, output }: ValueRef) => signatureOf(nodes.get(node)!).outputs[output];
  const info = ({ value, dtype = type(value) }: ModelInput | ModelOutput): TensorInfoMessage => (
    { name: `${value.node}:${value.output}`, encoding: 'name', dtype: dtype === undefined ? 0 : dataTypeToEnum(dtype) });
  const message: SignatureMessage = {
    inputs: Object.fromEntries(inputs.filter(({ value }) => run.has(value.node)).map((input) => [input.name, { ...info(input), tensorShape: shapeMessage(input.shape) }])),
    outputs: Object.fromEntries(outputs.map((output) => [output.name, { ...info(output), tensorShape: shapeMessage(undefined) }])),
    methodName: PREDICT,
  };
  return [SIGNATURE, message];
}
