const RUN_BYTES = 1024 * 1024;
/** Longer pieces are passed on without copying. */
const COPIED_BYTES = RUN_BYTES / 4;

/**
 * The same bytes in fewer pieces of about 1 MiB or more: neighbours in one buffer become one view, small strangers are
 * copied together.
 */
export function joinPieces(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  return copySmall(widen(pieces));
}

function* widen(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let run: Uint8Array | undefined;
  for (const piece of pieces) {
    if (run !== undefined && run.length < RUN_BYTES && run.buffer === piece.buffer && run.byteOffset + run.length === piece.byteOffset) {
      run = new Uint8Array(run.buffer, run.byteOffset, run.length + piece.length);
    } else {
      if (run !== undefined) yield run;
      run = piece;
    }
  }
  if (run !== undefined) yield run;
}

function* copySmall(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const copied = new Uint8Array(RUN_BYTES);
  let used = 0;
  for (const piece of pieces) {
    const isLong = piece.length > COPIED_BYTES;
    if (used > 0 && (isLong || used + piece.length > copied.length)) {
      yield copied.slice(0, used);
      used = 0;
    }
    if (isLong) {
      yield piece;
    } else {
      copied.set(piece, used);
      used += piece.length;
    }
  }
  if (used > 0) yield copied.slice(0, used);
}
