import { UserError } from '../../errors';
import type { Graph } from '../../graph/graph';
import { NO_PROGRESS, type ByteSink, type Progress } from '../../host';
import { PROTOBUF_LIMIT } from '../fileBytes';
import { bytesOf, type Piece } from '../lazyBytes';
import { encodeNode } from './nodeDef';
import { joinPieces } from '../pieces';
import type { GraphDefSource } from './read';

const NODES_PER_REPORT = 256;

/**
 * Appends the graph to `sink` as a binary GraphDef; the caller commits or aborts. What was not changed since reading is
 * copied byte for byte, so an unchanged graph is written as it was read. Throws UserError when the result would exceed
 * protobuf's 2 GiB.
 */
export async function writeGraphDef(graph: Graph, sink: ByteSink, progress: Progress = NO_PROGRESS): Promise<void> {
  await writePieces(piecesOf(graphFields(graph, progress)), sink, progress);
}

/** Appends the pieces of one protobuf message. Throws UserError when it would exceed protobuf's 2 GiB. */
export async function writePieces(pieces: Iterable<Piece>, sink: ByteSink, progress: Progress): Promise<void> {
  let written = 0;
  for (const run of joinPieces(bytesOf(pieces))) {
    progress.throwIfCancelled();
    written += run.length;
    if (written > PROTOBUF_LIMIT) {
      throw new UserError('the converted model is larger than 2 GiB, which no protobuf message can be', { hint: 'Leave fewer weights in the graph' });
    }
    await sink.append(run);
  }
}

function* piecesOf(fields: Iterable<readonly Piece[]>): Generator<Piece> {
  for (const field of fields) yield* field;
}

/** The fields of the GraphDef in order, each in pieces. */
export function* graphFields(graph: Graph, progress: Progress): Generator<readonly Piece[]> {
  const otherFields = (graph.source as GraphDefSource | undefined)?.otherFields ?? new Map<string, readonly Uint8Array[]>();
  for (const field of otherFields.get('') ?? []) yield [field];
  let count = 0;
  for (const node of graph.nodes.values()) {
    yield encodeNode(node, graph);
    for (const field of otherFields.get(node.id) ?? []) yield [field];
    count++;
    if (count % NODES_PER_REPORT === 0) progress.report('Writing nodes', count / graph.nodes.size);
  }
  for (const [id, fields] of otherFields) if (id !== '' && !graph.nodes.has(id)) for (const field of fields) yield [field];
}
