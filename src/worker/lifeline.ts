import { type ChildProcess, type StdioOptions } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/** Number of the pipe by which a child process notices that nobody waits for it any more. */
const LIFELINE = 4;

/** Streams of a child process that ends with the thread that started it: messages, and the pipe that tells of its end. */
export function withLifeline(stdout: 'ignore' | number, stderr: 'pipe' | number): StdioOptions {
  return ['ignore', stdout, stderr, 'ipc', 'pipe'];
}

/** What ends a child process. */
export interface Lifeline {
  /** A folder that is to go, too, if the process ends before `release`. */
  hold(folder: string): void;
  release(folder: string): void;
}

interface Held {
  readonly folder: string;
  readonly isHeld: boolean;
}

/**
 * In a child process: ends it as soon as the thread that started it has ended, however that came, and also while native code
 * or a loop keeps the process from looking: a thread of its own watches. `script` is the bundle that calls this, which that
 * thread runs, too; there nothing is to be done but `watchLifeline`.
 */
export function endWithParent(script: string): Lifeline {
  const watcher = new Worker(script, { name: 'mixed-precision-lifeline' });
  watcher.unref();
  const tell = (isHeld: boolean) => (folder: string) => watcher.postMessage({ folder, isHeld } satisfies Held);
  return { hold: tell(true), release: tell(false) };
}

/** Whether this is the thread that watches. */
export const isWatcher = !isMainThread;

/** The watching itself. */
export function watchLifeline(): void {
  const folders = new Set<string>();
  parentPort!.on('message', ({ folder, isHeld }: Held) => (isHeld ? folders.add(folder) : folders.delete(folder)));
  const end = (): void => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    process.kill(process.pid, 'SIGKILL');
  };
  new Socket({ fd: LIFELINE, readable: true, writable: false }).on('error', end).on('close', end).resume();
}

/** Ends a child process at once. */
export function killChild(child: ChildProcess): void {
  // First, so that nothing more is sent to a process that is about to end.
  if (child.connected) child.disconnect();
  child.kill('SIGKILL');
}
