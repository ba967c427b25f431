import { fromText, toText } from 'protobufjs/ext/textformat';
import { UserError } from '../../errors';
import type { Graph } from '../../graph/graph';
import { NO_PROGRESS, type ByteSink, type ByteSource, type Progress } from '../../host';
import { readWholeFile } from '../fileBytes';
import { joined } from '../lazyBytes';
import { readerOf } from '../protobuf';
import { GraphDef } from './messages';
import { graphFromBytes, type ReadOptions } from './read';
import { SAVED_MODEL_HINT } from './recognise';
import { graphFields } from './write';

/**
 * Reads a GraphDef in protobuf's text format (.pbtxt); the same graph as from its binary form. Throws UserError with the
 * line of a mistake, for a SavedModel, and for what readGraphDef refuses.
 */
export async function readGraphDefText(source: ByteSource, options: ReadOptions = {}, progress: Progress = NO_PROGRESS): Promise<Graph> {
  const bytes = await readWholeFile(source, progress);
  const text = decodeText(bytes, source.name);
  if (/^\s*(#[^\n]*\n\s*)*(saved_model_schema_version|meta_graphs)\s*[:{]/.test(text)) {
    throw new UserError('the file is the saved_model.pbtxt of a SavedModel under another name', { file: source.name, hint: SAVED_MODEL_HINT });
  }
  progress.throwIfCancelled();
  let binary: Uint8Array;
  try {
    binary = GraphDef.encode(fromText(GraphDef.reflected, text)).finish();
  } catch (error) {
    throw new UserError(`the text is not a GraphDef: ${(error as Error).message}`, { file: source.name, hint: 'Choose a frozen TensorFlow graph (.pb or .pbtxt)' });
  }
  return graphFromBytes(binary, source.name, options, progress);
}

/**
 * Appends the graph to `sink` in text format, node by node; the caller commits or aborts. Throws UserError when the graph
 * has fields unknown to this version, which text cannot hold in a form TensorFlow reads.
 */
export async function writeGraphDefText(graph: Graph, sink: ByteSink, progress: Progress = NO_PROGRESS): Promise<void> {
  const encoder = new TextEncoder();
  for (const field of graphFields(graph, progress)) {
    progress.throwIfCancelled();
    // A GraphDef with one field: the text of a message is the text of its fields one after the other.
    const message = GraphDef.decode(readerOf(joined(field)));
    if (hasUnknownFields(message)) {
      throw new UserError('the model has fields this version does not know, which the text form cannot hold', { hint: 'Save it as .pb instead' });
    }
    await sink.append(encoder.encode(`${toText(GraphDef.reflected, message)}\n`));
  }
}

/** Recurses as deep as messages nest, which protobuf limits to 100. */
function hasUnknownFields(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return '$unknowns' in value || Object.values(value).some(hasUnknownFields);
}

/** Strings of JavaScript engines end near 2^29 characters. */
const TEXT_LIMIT = 2 ** 29 - 32;

/** The text of a file. Throws UserError when it is none, or too long. */
export function decodeText(bytes: Uint8Array, file: string): string {
  if (bytes.length > TEXT_LIMIT) throw new UserError('the text is longer than 512 MiB', { file, hint: 'Save the graph in binary form, as .pb' });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError('the file is not text', { file, hint: 'Rename it to .pb if it is a GraphDef in binary form' });
  }
}
