/** Bytes of a known length that are made, chunk by chunk, only when they are written or read; the same ones every time. */
export interface LazyBytes {
  readonly length: number;
  chunks(): Iterable<Uint8Array>;
}

/** A part of a serialised message. */
export type Piece = Uint8Array | LazyBytes;

/** The bytes of the pieces one after the other. */
export function* bytesOf(pieces: Iterable<Piece>): Generator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece;
    else yield* piece.chunks();
  }
}

/** The bytes of the pieces in one array. */
export function joined(pieces: readonly Piece[]): Uint8Array {
  const bytes = new Uint8Array(totalLength(pieces));
  let at = 0;
  for (const part of bytesOf(pieces)) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function totalLength(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
