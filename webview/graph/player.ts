export interface Player {
  readonly isPlaying: () => boolean;
  /** Starts to take so many steps, or stops. */
  toggle(steps: number): void;
  stop(): void;
}

/** Steps a second. */
const LEAST_RATE = 4;
/** Seconds that all steps take at most. */
const LONGEST = 20;
/** Milliseconds. */
const SHORTEST_PERIOD = 50;

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
      const rate = Math.max(LEAST_RATE, steps / LONGEST);
      const started = performance.now();
      let taken = 0;
      const tick = (): void => {
        // Late ticks take more steps at once.
        const due = Math.round(((performance.now() - started) / 1000) * rate) - taken;
        taken += due;
        if (due > 0 && !advance(due)) stop();
      };
      timer = setInterval(tick, Math.max(SHORTEST_PERIOD, 1000 / rate));
      changed();
    },
    stop,
  };
}
