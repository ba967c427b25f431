import type { Progress } from '../engine/host';

/** Milliseconds between two looks. */
const INTERVAL = 100;

/** Looks now and then whether the user has cancelled, and once that is so calls `then` with the CancelledError; the function it returns ends that. */
export function whenCancelled(progress: Progress, then: (error: Error) => void): () => void {
  const timer = setInterval(() => {
    try {
      progress.throwIfCancelled();
    } catch (error) {
      clearInterval(timer);
      then(error as Error);
    }
  }, INTERVAL);
  return () => clearInterval(timer);
}
