import { CancelledError } from '../errors';

/** Lets a search be held and ended from outside. */
export interface Gate {
  /** Resolves at once, or when a pause ends. Throws CancelledError once cancelled. */
  pass(): Promise<void>;
  pause(): void;
  resume(): void;
  cancel(): void;
  readonly isCancelled: boolean;
}

export function createGate(): Gate {
  let waiting: (() => void)[] = [];
  let [isPaused, isCancelled] = [false, false];
  const open = (): void => {
    isPaused = false;
    waiting.forEach((wake) => wake());
    waiting = [];
  };
  return {
    get isCancelled() {
      return isCancelled;
    },
    async pass() {
      if (isPaused) await new Promise<void>((resolve) => waiting.push(resolve));
      if (isCancelled) throw new CancelledError();
    },
    pause: () => (isPaused = !isCancelled),
    resume: open,
    cancel() {
      isCancelled = true;
      open();
    },
  };
}
