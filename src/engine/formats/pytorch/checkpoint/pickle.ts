import { opcode } from './pickleOpcodes';
import { PickleReader } from './pickleReader';
import type { PickleReference, PickleValue } from './pickleValues';

/** What one pickle says. */
export interface Pickle {
  readonly value: PickleValue;
  /** Everything it keeps elsewhere, in its order. */
  readonly references: readonly PickleReference[];
  /** Where the byte behind it is. */
  readonly end: number;
}

/** Bytes of a pickle beyond which it is data, not a model: a model's weights are not in it. */
export const LARGEST_PICKLE = 64 * 2 ** 20;

/**
 * Reads the pickle at `start` (protocols 0 to 5, Python's Lib/pickletools.py). Nothing is imported, called or made:
 * what Python would run stays a record of what it would run. Memory is bounded by the number of bytes and by
 * `LARGEST_PICKLE`. Throws UserError for damaged bytes, and PickleCutOff where they end too early.
 */
export function readPickle(bytes: Uint8Array, start = 0): Pickle {
  const reader = new PickleReader(bytes, start);
  for (;;) {
    const at = reader.at;
    const code = reader.byte();
    if (code === STOP) break;
    const run = opcode(code);
    if (run === undefined) throw reader.damaged(`0x${code.toString(16).padStart(2, '0')} is no instruction of a pickle`, at);
    run(reader);
  }
  return { value: reader.pop(), references: reader.references, end: reader.at };
}

const STOP = 0x2e;
