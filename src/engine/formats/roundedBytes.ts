import { encodeBfloat16 } from '../graph/bfloat16';
import { bytesOf, type LazyBytes, type Piece } from './lazyBytes';

/** FP32 constants of more bytes are rounded when they are written, so that a model's weights are not held in both types. */
export const ROUNDED_AT_ONCE = 64 * 1024;

const CHUNK_BYTES = 2 ** 20;

/** BF16, rounded to nearest even, of little-endian FP32 numbers that may stand at any address; chunks hold whole numbers. */
export function roundedBytes(content: Piece): LazyBytes {
  return {
    length: content.length / 2,
    *chunks() {
      for (const chunk of bytesOf([content])) {
        for (let start = 0; start < chunk.length; start += CHUNK_BYTES) {
          const aligned = chunk.slice(start, start + CHUNK_BYTES);
          yield new Uint8Array(encodeBfloat16(new Float32Array(aligned.buffer)).buffer);
        }
      }
    },
  };
}
