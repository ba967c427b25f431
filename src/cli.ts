import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EXIT } from './cli/exit';
import type { ThreadData } from './cliThread';
import { heapLimits } from './worker/memory';

// The command runs in a thread, because a thread can be given more heap than the process started with. The engine is in the
// thread's file alone: what is loaded here as well costs time and memory once more.

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.atFault));
const data: ThreadData = { columns: process.stderr.isTTY ? process.stderr.columns : undefined };
const thread = new Worker(join(__dirname, 'cliThread.js'), { argv: process.argv.slice(2), resourceLimits: heapLimits(), workerData: data });
thread.on('error', (error: NodeJS.ErrnoException) => {
  const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  fail(isMemory ? 'the model needs more memory than there is. Use a machine with more memory' : `internal error: ${error.stack ?? String(error)}`);
});
thread.on('exit', (code) => (process.exitCode ||= code));

function fail(message: string): void {
  process.stderr.write(`mixed-precision: ${message}\n`);
  process.exitCode = EXIT.atFault;
}
