import { UserError } from '../../../errors';
import type { PartialShape } from '../../../graph/attribute';
import { type Graph, type ModelOutput, type ModelSignature, type ValueRef, valueKey } from '../../../graph/graph';
import { NO_PROGRESS, type FolderSink, type Progress } from '../../../host';
import { shapeMessage } from '../attributes';
import { dataTypeToEnum } from '../dataTypes';
import { PROTOBUF_LIMIT } from '../../fileBytes';
import { type Piece, totalLength } from '../../lazyBytes';
import { delimited } from '../../protobuf';
import { inferShapes } from '../shapes/inferShapes';
import { graphFields, writePieces } from '../write';
import { copyAssets } from './assets';
import type { FrozenSource } from './freeze';
import { MetaGraphDef, MetaInfoDef, SavedModel } from './messages';
import { MAIN_OP } from './initialization';
import type { Signature, SignatureTensor } from './signature';

/** Field numbers of saved_model.proto and meta_graph.proto. */
const META_GRAPHS = 2;
const META_INFO = 1;
const GRAPH = 2;

const SERVE = 'serve';
const DEFAULT_SIGNATURE = 'serving_default';
const PREDICT = 'tensorflow/serving/predict';

/**
 * Writes the graph as a SavedModel without variables, with the signatures it was opened with, or one of its inputs and
 * outputs: names, types and shapes are those callers know. The form is that of TensorFlow 1, which tf.saved_model.load and
 * serving systems read; files that it reads are copied. Throws UserError when it would exceed protobuf's 2 GiB, and for
 * such a file that is missing.
 */
export async function writeSavedModel(graph: Graph, folder: FolderSink, progress: Progress = NO_PROGRESS): Promise<void> {
  const source = graph.source as Partial<FrozenSource> | undefined;
  const pieces = [...graphFields(graph, progress)].flat();
  if (totalLength(pieces) > PROTOBUF_LIMIT) {
    throw new UserError('the converted model is larger than 2 GiB, which no protobuf message can be', { hint: 'Leave fewer weights in the graph' });
  }
  const info = { tags: source?.tags ?? [SERVE], tensorflowVersion: source?.tensorflowVersion ?? '' };
  const signatureDef = signatureMessages(graph, source?.signatures ?? []);
  const initializer = source?.initializer === undefined ? undefined : graph.nodes.get(source.initializer)!.name;
  // Not as a signature, which would have no input for the paths of assets.
  const collectionDef = initializer === undefined ? {} : { [MAIN_OP]: { nodeList: { value: [initializer] } } };
  const assets = source?.assets ?? [];
  const assetFileDef = assets.map(({ filename, value }) => ({ filename, tensorInfo: { name: nameOf(value, graph) } }));
  const metaGraph: Piece[] = [
    ...delimited(META_INFO, [MetaInfoDef.encode(info).finish()]),
    ...delimited(GRAPH, pieces),
    MetaGraphDef.encode({ collectionDef, signatureDef, assetFileDef }).finish(),
  ];
  const file = await folder.file('saved_model.pb');
  await writePieces([SavedModel.encode({ savedModelSchemaVersion: 1 }).finish(), ...delimited(META_GRAPHS, metaGraph)], file, progress);
  await file.commit();
  await copyAssets(assets, folder, progress);
}

/** `node:0`, as tensors are called in a SavedModel. */
function nameOf({ node, output }: ValueRef, graph: Graph): string {
  return `${graph.nodes.get(node)!.name}:${output}`;
}

/** Messages of all signatures by name; of a graph without signatures, of one with all its inputs and outputs. */
function signatureMessages(graph: Graph, opened: readonly Signature[]): Record<string, object> {
  const shapes = inferShapes(graph);
  const own: ModelSignature = { name: DEFAULT_SIGNATURE, inputs: new Map(graph.inputs.map(({ name }) => [name, name])), outputs: new Map(graph.outputs.map(({ name }) => [name, name])) };
  const [inputs, outputs] = [new Map(graph.inputs.map((input) => [input.name, input])), new Map(graph.outputs.map((output) => [output.name, output]))];
  return Object.fromEntries((graph.signatures ?? [own]).map((signature) => {
    const known = opened.find(({ name }) => name === signature.name);
    return [signature.name, {
      inputs: Object.fromEntries([...signature.inputs].map(([name, graphName]) => {
        const input = inputs.get(graphName)!;
        return [name, tensorMessage(known?.inputs, name, input, input.shape, graph)];
      })),
      outputs: Object.fromEntries([...signature.outputs].map(([name, graphName]) => {
        const output = outputs.get(graphName)!;
        return [name, tensorMessage(known?.outputs, name, output, shapes.get(valueKey(output.value)), graph)];
      })),
      methodName: known?.methodName ?? PREDICT,
    }];
  }));
}

/** As the opened file has it, but for the value. */
function tensorMessage(known: readonly SignatureTensor[] = [], name: string, { value, dtype }: ModelOutput, shape: PartialShape, graph: Graph): object {
  const { message } = known.find((candidate) => candidate.name === name) ?? { message: { dtype: dtype === undefined ? 0 : dataTypeToEnum(dtype), tensorShape: shapeMessage(shape) } };
  return { ...message, name: nameOf(value, graph) };
}

/** Throws UserError for a graph that a GraphDef cannot hold whole: one that reads tables, which have to be filled first. */
export function requireNoTables(graph: Graph): void {
  if (!hasTables(graph)) return;
  throw new UserError('the model looks values up in tables, which a GraphDef does not fill', { hint: 'Save it as a SavedModel: give a name without extension' });
}

/** Whether the graph looks values up in tables, which something else fills before it runs. */
export function hasTables(graph: Graph): boolean {
  return (graph.source as Partial<FrozenSource> | undefined)?.initializer !== undefined;
}
