import type { KernelRunner, Progress } from '../engine/host';
import { whenCancelled } from './whenCancelled';

/** Kernels that give up a run as soon as the work it is for is cancelled, however long it would still take: that run fails with CancelledError, others that wait fail too. */
export function interruptible(kernels: KernelRunner, progress: Progress): KernelRunner {
  return {
    ...kernels,
    run: (key, model, inputs) => new Promise((resolve, reject) => {
      const stopWatching = whenCancelled(progress, (error) => {
        reject(error);
        kernels.interrupt?.();
      });
      kernels.run(key, model, inputs).then(resolve, reject).finally(stopWatching);
    }),
  };
}
