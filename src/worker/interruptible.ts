import { CancelledError } from '../engine/errors';
import type { KernelRunner, Progress } from '../engine/host';

/** How often a run looks whether it is still wanted, in ms. */
const INTERVAL = 100;

/** Kernels that give up a run as soon as the work it is for is cancelled, however long it would still take: that run fails with CancelledError, others that wait fail too. */
export function interruptible(kernels: KernelRunner, progress: Progress): KernelRunner {
  return {
    ...kernels,
    run: (key, model, inputs) => new Promise((resolve, reject) => {
      const timer = setInterval(() => {
        try {
          progress.throwIfCancelled();
        } catch {
          clearInterval(timer);
          reject(new CancelledError());
          kernels.interrupt?.();
        }
      }, INTERVAL);
      kernels.run(key, model, inputs).then(resolve, reject).finally(() => clearInterval(timer));
    }),
  };
}
