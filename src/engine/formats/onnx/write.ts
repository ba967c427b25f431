import { UserError } from '../../errors';
import type { Graph } from '../../graph/graph';
import { NO_PROGRESS, type ByteSink, type Progress } from '../../host';
import { PROTOBUF_LIMIT } from '../fileBytes';
import { bytesOf, type Piece, totalLength } from '../lazyBytes';
import { joinPieces } from '../pieces';
import { DataFile } from './dataFile';
import { emulateBfloat16, hasBfloat16 } from './emulate';
import { modelPieces } from './encodeModel';
import type { OnnxModel } from './read';

export interface OnnxWriteOptions {
  readonly bf16: 'native' | 'emulated';
  /** Name of the file to be written, and how to open one beside it. Without both, all bytes are in the model. */
  readonly fileName?: string;
  readonly openBeside?: (name: string) => Promise<ByteSink>;
}

/**
 * Appends the graph to `sink` as an ONNX model; the caller commits or aborts. What was not changed since reading is copied
 * byte for byte. Where the model came with external data, or would exceed protobuf's 2 GiB, large initializers go to a file
 * beside it, named after it.
 */
export async function writeOnnx(graph: Graph, sink: ByteSink, progress: Progress = NO_PROGRESS, options: OnnxWriteOptions = { bf16: 'native' }): Promise<void> {
  const { bf16, fileName, openBeside } = options;
  const final = bf16 === 'emulated' && hasBfloat16(graph) ? emulateBfloat16(graph).graph : graph;
  const canBeside = fileName !== undefined && openBeside !== undefined;
  const inOne = canBeside && (graph.source as OnnxModel).hasExternalData ? undefined : modelPieces(final);
  const data = canBeside && (inOne === undefined || totalLength(inOne) > PROTOBUF_LIMIT) ? new DataFile(`${fileName}.data`) : undefined;
  const pieces = data === undefined ? inOne! : modelPieces(final, (node, name) => data.place(node, name));
  const total = totalLength(pieces);
  if (total > PROTOBUF_LIMIT) throw new UserError('the converted model is larger than 2 GiB, which no protobuf message can be', { hint: 'Keep its weights as external data' });
  if (data !== undefined && data.pieces.length > 0) await append(data.pieces, await openBeside!(data.name), progress, 'Writing the weights');
  await append(pieces, sink, progress, 'Writing the model');
}

async function append(pieces: readonly Piece[], sink: ByteSink, progress: Progress, message: string): Promise<void> {
  const total = totalLength(pieces);
  let written = 0;
  for (const run of joinPieces(bytesOf(pieces))) {
    progress.throwIfCancelled();
    progress.report(message, written / total);
    written += run.length;
    await sink.append(run);
  }
}
