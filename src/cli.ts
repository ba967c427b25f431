import { isMainThread, Worker } from 'node:worker_threads';
import { EXIT, runCommandLine } from './cli/commandLine';
import { startKernels } from './worker/kernelRunner';
import { heapLimits } from './worker/memory';

if (isMainThread) startThread();
else void runCommand();

/** Runs the command in a thread, because a thread can be given more heap than the process started with. */
function startThread(): void {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.atFault));
  const thread = new Worker(__filename, { argv: process.argv.slice(2), resourceLimits: heapLimits() });
  thread.on('error', (error: NodeJS.ErrnoException) => {
    const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    fail(isMemory ? 'the model needs more memory than there is. Use a machine with more memory' : `internal error: ${error.stack ?? String(error)}`);
  });
  thread.on('exit', (code) => (process.exitCode ||= code));
}

async function runCommand(): Promise<void> {
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    out: (line) => process.stdout.write(`${line}\n`),
    error: (line) => process.stderr.write(`${line}\n`),
    startKernels,
  });
}

function fail(message: string): void {
  process.stderr.write(`mixed-precision: ${message}\n`);
  process.exitCode = EXIT.atFault;
}
