import { UserError } from '../errors';
import type { ByteSource, Progress } from '../host';

/** One protobuf message cannot be larger: lengths are signed 32-bit in every implementation. */
export const PROTOBUF_LIMIT = 2 ** 31 - 1;

const CHUNK = 16 * 2 ** 20;

/**
 * The whole file in one buffer. Throws UserError for a file that is empty or beyond what protobuf allows, with `tooLarge`
 * as the way out.
 */
export async function readWholeFile(source: ByteSource, progress: Progress, tooLarge = 'Keep the weights of such a model in a SavedModel'): Promise<Uint8Array> {
  if (source.size === 0) {
    throw new UserError('the file is empty', { file: source.name, hint: 'Download or export the model again' });
  }
  if (source.size > PROTOBUF_LIMIT) {
    throw new UserError('the file is larger than 2 GiB, which no protobuf message can be', {
      file: source.name,
      hint: tooLarge,
    });
  }
  const bytes = new Uint8Array(source.size);
  for (let start = 0; start < bytes.length; start += CHUNK) {
    progress.throwIfCancelled();
    progress.report('Reading the file', start / bytes.length);
    const end = Math.min(start + CHUNK, bytes.length);
    bytes.set(await source.read(start, end), start);
  }
  return bytes;
}
