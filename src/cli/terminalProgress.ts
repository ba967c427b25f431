import type { Progress } from '../engine/host';

/** Messages are at least this far apart, in ms. */
const INTERVAL = 100;
/** Back to the start of the line, and nothing on it. */
const EMPTY_LINE = '\r\u001b[K';

/** Progress as one line of a terminal, written over again and again; `clear` takes it away before other lines are written. */
export function terminalProgress(write: (text: string) => void, columns: number): Progress & { readonly clear: () => void } {
  let last = -Infinity;
  let shown = false;
  return {
    report(message, fraction) {
      const now = performance.now();
      if (now - last < INTERVAL) return;
      last = now;
      shown = true;
      const text = fraction === undefined ? message : `${message} (${Math.round(100 * fraction)} %)`;
      write(EMPTY_LINE + text.slice(0, Math.max(0, columns - 1)));
    },
    throwIfCancelled() {},
    clear() {
      if (shown) write(EMPTY_LINE);
      shown = false;
    },
  };
}
