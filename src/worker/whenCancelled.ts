import type { Progress } from '../engine/host';

/** Milliseconds between two looks at whether the user has cancelled. */
const INTERVAL = 100;

/** Looks now and then whether the user has cancelled; the function it returns ends that. */
export function whenCancelled(progress: Progress, then: (error: Error) => void): () => void {
  const timer = setInterval(() => {
    try {
      progress.throwIfCancelled();
    } catch (error) {
      then(error as Error);
    }
  }, INTERVAL);
  return () => clearInterval(timer);
}
