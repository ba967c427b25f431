import { workerData } from 'node:worker_threads';
import { runCommandLine } from './cli/commandLine';
import { terminalProgress } from './cli/terminalProgress';
import { startKernels } from './worker/kernelRunner';

/** What a thread cannot find out: how wide the terminal is that errors go to, where they go to one. */
export interface ThreadData {
  readonly columns: number | undefined;
}

void runCommand(workerData as ThreadData);

async function runCommand({ columns }: ThreadData): Promise<void> {
  const progress = columns === undefined ? undefined : terminalProgress((text) => process.stderr.write(text), columns);
  const line = (stream: NodeJS.WriteStream) => (text: string): void => {
    progress?.clear();
    stream.write(`${text}\n`);
  };
  process.exitCode = await runCommandLine(process.argv.slice(2), { out: line(process.stdout), error: line(process.stderr), startKernels, progress });
  progress?.clear();
}
