import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { EXIT, runCommandLine } from './cli/commandLine';
import { terminalProgress } from './cli/terminalProgress';
import { startKernels } from './worker/kernelRunner';
import { heapLimits } from './worker/memory';

/** What a thread cannot find out: how wide the terminal is that errors go to, where they go to one. */
interface ThreadData {
  readonly columns: number | undefined;
}

if (isMainThread) startThread();
else void runCommand();

/** Runs the command in a thread, because a thread can be given more heap than the process started with. */
function startThread(): void {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.atFault));
  const data: ThreadData = { columns: process.stderr.isTTY ? process.stderr.columns : undefined };
  const thread = new Worker(__filename, { argv: process.argv.slice(2), resourceLimits: heapLimits(), workerData: data });
  thread.on('error', (error: NodeJS.ErrnoException) => {
    const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    fail(isMemory ? 'the model needs more memory than there is. Use a machine with more memory' : `internal error: ${error.stack ?? String(error)}`);
  });
  thread.on('exit', (code) => (process.exitCode ||= code));
}

async function runCommand(): Promise<void> {
  const { columns } = workerData as ThreadData;
  const progress = columns === undefined ? undefined : terminalProgress((text) => process.stderr.write(text), columns);
  const line = (stream: NodeJS.WriteStream) => (text: string): void => {
    progress?.clear();
    stream.write(`${text}\n`);
  };
  process.exitCode = await runCommandLine(process.argv.slice(2), { out: line(process.stdout), error: line(process.stderr), startKernels, progress });
  progress?.clear();
}

function fail(message: string): void {
  process.stderr.write(`mixed-precision: ${message}\n`);
  process.exitCode = EXIT.atFault;
}
