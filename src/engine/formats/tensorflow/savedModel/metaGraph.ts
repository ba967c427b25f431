import { UserError } from '../../../errors';
import { readerOf } from '../../protobuf';
import {
  MetaGraphFrame, type MetaGraphFrameMessage, MetaInfoDef, type MetaInfoMessage, SaverDef, SavedModelFrame, SignatureDef, type SignatureMessage,
} from './messages';

/** Which of a SavedModel's graphs and signatures to open. */
export interface SavedModelChoice {
  /** Tags of the graph, by default `serve`. */
  readonly tags?: readonly string[];
  /** By default `serving_default`, or the only one there is. */
  readonly signature?: string;
}

/** One graph of a SavedModel, and its signatures. */
export interface MetaGraph {
  readonly frame: MetaGraphFrameMessage;
  readonly info: MetaInfoMessage;
  readonly signatures: ReadonlyMap<string, SignatureMessage>;
  /** Name of the node that restores the variables, '' where there is none. */
  readonly restoreOp: string;
}

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
  if (found !== undefined) return found;
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

function decodeMetaGraph(bytes: Uint8Array): MetaGraph {
  const frame = MetaGraphFrame.decode(readerOf(bytes)) as unknown as MetaGraphFrameMessage;
  const { restoreOpName } = SaverDef.decode(readerOf(frame.saverDef)) as unknown as { restoreOpName: string };
  return {
    frame,
    info: MetaInfoDef.decode(readerOf(frame.metaInfoDef)) as unknown as MetaInfoMessage,
    signatures: new Map(Object.entries(frame.signatureDef).map(([name, value]) => [name, SignatureDef.decode(readerOf(value)) as unknown as SignatureMessage])),
    restoreOp: restoreOpName,
  };
}

/** The signature to open, with its name. Throws UserError when it is not there or none can be told. */
export function chooseSignature({ signatures }: MetaGraph, { signature: wanted }: SavedModelChoice, file: string): readonly [string, SignatureMessage] {
  const names = [...signatures.keys()].filter((name) => name !== INIT_SIGNATURE);
  const only = names.length === 1 ? names[0] : undefined;
  const name = wanted ?? (names.includes(DEFAULT_SIGNATURE) ? DEFAULT_SIGNATURE : only);
  const found = name === undefined ? undefined : signatures.get(name);
  if (found !== undefined) return [name!, found];
  const there = names.length === 0 ? 'it has none' : `there are ${names.map((each) => `"${each}"`).join(', ')}`;
  const hint = names.length === 0 ? 'Export the model with a signature (signatures= of tf.saved_model.save)' : 'Name one of them with "signature" in the config';
  throw new UserError(`the SavedModel has no signature "${wanted ?? DEFAULT_SIGNATURE}"; ${there}`, { file, hint });
}
