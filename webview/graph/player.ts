export interface Player {
  readonly isPlaying: () => boolean;
  /** Starts to take so many steps, or stops. */
  toggle(steps: number): void;
  stop(): void;
}

const LEAST_RATE = 4;
/** Seconds that all steps take at most. */
const LONGEST = 20;
/** Milliseconds. */
const SHORTEST_PERIOD = 50;

/** Milliseconds from one advance to the next, and the steps of each. */
export function tempo(steps: number): { readonly period: number; readonly by: number } {
  const rate = Math.max(LEAST_RATE, steps / LONGEST);
  const period = Math.max(SHORTEST_PERIOD, 1000 / rate);
  return { period, by: Math.ceil((rate * period) / 1000) };
}

/** Takes steps by the clock until `advance` says there is none left, or the page is hidden. */
export function createPlayer(advance: (by: number) => boolean, changed: () => void): Player {
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = (): void => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    changed();
  };
  document.addEventListener('visibilitychange', () => document.hidden && stop());
  return {
    isPlaying: () => timer !== undefined,
    toggle(steps) {
      if (timer !== undefined) {
        stop();
        return;
      }
      const { period, by } = tempo(steps);
      timer = setInterval(() => advance(by) || stop(), period);
      changed();
    },
    stop,
  };
}
