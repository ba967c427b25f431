import type { KernelRunner, Progress, RuntimeChoice } from '../engine/host';
import { interruptible } from './interruptible';
import { startKernels } from './kernelRunner';
import { startPythonRunner } from './pythonRunner';

/** Starts what is to run models. Throws UserError when it cannot be started. */
export async function startRuntime(
  choice: RuntimeChoice | undefined, progress: Progress, embedded: () => Promise<KernelRunner> = startKernels,
): Promise<KernelRunner> {
  if (choice?.kind !== 'python') return interruptible(await embedded(), progress);
  return startPythonRunner(choice.python === undefined ? {} : { commands: [choice.python] }, progress);
}
