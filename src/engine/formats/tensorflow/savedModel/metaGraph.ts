import { UserError } from '../../../errors';
import { readerOf } from '../../protobuf';
import {
  MetaGraphFrame, type MetaGraphFrameMessage, MetaInfoDef, type MetaInfoMessage, SaverDef, SavedModelFrame, SignatureDef, type SignatureMessage,
} from './messages';

/** Which of a SavedModel's graphs and signatures to open. */
export interface SavedModelChoice {
  /** Tags of the graph, by default `serve`. */
  readonly tags?: readonly string[];
  /** By default all of them. */
  readonly signature?: string;
}

/** One graph of a SavedModel, and its signatures. */
export interface MetaGraph {
  readonly frame: MetaGraphFrameMessage;
  readonly info: MetaInfoMessage;
  readonly signatures: ReadonlyMap<string, SignatureMessage>;
  /** Name of the node that restores the variables, '' where there is none. */
  readonly restoreOp: string;
  /** Tags of the other graphs of the file. */
  readonly others: readonly (readonly string[])[];
}

export type NamedSignature = readonly [name: string, SignatureMessage];

const DEFAULT_TAG = 'serve';
const DEFAULT_SIGNATURE = 'serving_default';
/** Under this name TensorFlow 2 keeps the op that initialises a model. */
export const INIT_SIGNATURE = '__saved_model_init_op';

/**
 * The graph with the given tags in a serialised SavedModel (saved_model.proto). Throws UserError when the bytes are none and
 * when no graph has these tags.
 */
export function chooseMetaGraph(bytes: Uint8Array, { tags = [DEFAULT_TAG] }: SavedModelChoice, file: string): MetaGraph {
  const graphs = decodeMetaGraphs(bytes, file);
  const wanted = [...tags].sort().join();
  const exact = graphs.find(({ info }) => [...info.tags].sort().join() === wanted);
  const found = exact ?? graphs.find(({ info }) => tags.every((tag) => info.tags.includes(tag))) ?? (graphs.length === 1 ? graphs[0] : undefined);
  if (found !== undefined) return { ...found, others: graphs.filter((graph) => graph !== found).map(({ info }) => info.tags) };
  const there = graphs.map(({ info }) => `[${info.tags.join(', ')}]`).join(' and ');
  throw new UserError(`none of its graphs has the tags [${tags.join(', ')}]; there are ${there}`, { file, hint: 'Export the model with the tag "serve"' });
}

function decodeMetaGraphs(bytes: Uint8Array, file: string): MetaGraph[] {
  let graphs: MetaGraph[];
  try {
    const { metaGraphs } = SavedModelFrame.decode(readerOf(bytes)) as unknown as { metaGraphs: Uint8Array[] };
    graphs = metaGraphs.map(decodeMetaGraph);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('the file is no SavedModel, or it is cut off', { file, hint: 'Copy or export the whole SavedModel folder again' });
  }
  if (graphs.length === 0) throw new UserError('the SavedModel holds no graph', { file, hint: 'Export it again' });
  return graphs;
}

/** A serialised MetaGraphDef. Throws for bytes that are none. */
export function decodeMetaGraph(bytes: Uint8Array): MetaGraph {
  const frame = MetaGraphFrame.decode(readerOf(bytes)) as unknown as MetaGraphFrameMessage;
  const { restoreOpName } = SaverDef.decode(readerOf(frame.saverDef)) as unknown as { restoreOpName: string };
  return {
    frame,
    info: MetaInfoDef.decode(readerOf(frame.metaInfoDef)) as unknown as MetaInfoMessage,
    signatures: new Map(Object.entries(frame.signatureDef).map(([name, value]) => [name, SignatureDef.decode(readerOf(value)) as unknown as SignatureMessage])),
    restoreOp: restoreOpName,
    others: [],
  };
}

/** Names that TensorFlow gives to ops of its own begin with this. */
const INTERNAL = '__saved_model_';

/**
 * The signatures to open, with their names: the one asked for, or all of them, the default one first. Throws UserError when
 * the one asked for is not there, and when there are none.
 */
export function chooseSignatures({ signatures }: MetaGraph, { signature: wanted }: SavedModelChoice, file: string): readonly NamedSignature[] {
  const there = [...signatures].filter(([name]) => !name.startsWith(INTERNAL));
  const isFirst = ([name]: readonly [string, unknown]): boolean => name === DEFAULT_SIGNATURE;
  const chosen = wanted === undefined ? [...there.filter(isFirst), ...there.filter((entry) => !isFirst(entry))] : [...signatures].filter(([name]) => name === wanted);
  if (chosen.length > 0) return chosen;
  const found = there.length === 0 ? 'it has none' : `there are ${there.map(([name]) => `"${name}"`).join(', ')}`;
  const hint = there.length === 0 ? 'Export the model with a signature (signatures= of tf.saved_model.save)' : 'Name one of them with "signature" in the config';
  throw new UserError(`the SavedModel has no signature "${wanted ?? DEFAULT_SIGNATURE}"; ${found}`, { file, hint });
}
