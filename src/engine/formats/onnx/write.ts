import { UserError } from '../../errors';
import type { Graph } from '../../graph/graph';
import { NO_PROGRESS, type ByteSink, type Progress } from '../../host';
import { PROTOBUF_LIMIT } from '../fileBytes';
import { bytesOf } from '../lazyBytes';
import { joinPieces } from '../pieces';
import { emulateBfloat16, hasBfloat16 } from './emulate';
import { modelPieces } from './encodeModel';

export interface OnnxWriteOptions {
  readonly bf16: 'native' | 'emulated';
}

/**
 * Appends the graph to `sink` as an ONNX model; the caller commits or aborts. What was not changed since reading is copied
 * byte for byte. Throws UserError when the result would exceed protobuf's 2 GiB.
 */
export async function writeOnnx(graph: Graph, sink: ByteSink, progress: Progress = NO_PROGRESS, { bf16 }: OnnxWriteOptions = { bf16: 'native' }): Promise<void> {
  const pieces = modelPieces(bf16 === 'emulated' && hasBfloat16(graph) ? emulateBfloat16(graph).graph : graph);
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (total > PROTOBUF_LIMIT) throw new UserError('the converted model is larger than 2 GiB, which no protobuf message can be', { hint: 'Keep its weights as external data' });
  let written = 0;
  for (const run of joinPieces(bytesOf(pieces))) {
    progress.throwIfCancelled();
    progress.report('Writing the model', written / total);
    written += run.length;
    await sink.append(run);
  }
}
