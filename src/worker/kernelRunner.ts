import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../engine/errors';
import type { Tensor } from '../engine/graph/tensor';
import type { KernelRunner } from '../engine/host';
import type { ForgetRequest, KernelEngine, KernelMessage, KernelRequest } from './kernelProtocol';

export interface KernelOptions {
  /** Insist on one engine. Default: onnxruntime-node where it loads, else onnxruntime-web. */
  readonly engine?: KernelEngine;
  /** The bundled kernel process. Default: kernelProcess.js beside this bundle. */
  readonly script?: string;
}

interface PendingRun {
  readonly model: () => Uint8Array | Iterable<Uint8Array>;
  readonly request: Omit<KernelRequest, 'model' | 'modelFile'>;
  resolve(outputs: Tensor[]): void;
  reject(error: Error): void;
}

interface KernelChild {
  readonly process: ChildProcess;
  readonly description: string;
  readonly pending: Map<number, PendingRun>;
  /** Keys whose model the process has been given. */
  readonly sent: Set<string>;
}

/**
 * Starts the child process that runs kernels. When it dies, pending runs fail and the next run starts a new one.
 * Throws UserError when no onnxruntime can be loaded. Call `close` when done: an open runner keeps the process alive.
 */
export async function startKernels(options: KernelOptions = {}): Promise<KernelRunner> {
  let child: Promise<KernelChild> = startChild(options);
  const { description } = await child;
  let lastId = 0;

  return {
    description,
    async run(key, model, inputs) {
      let current = await child;
      if (!current.process.connected) current = await (child = startChild(options));
      const id = ++lastId;
      return new Promise<Tensor[]>((resolve, reject) => {
        const run: PendingRun = { model, request: { id, key, inputs }, resolve, reject };
        current.pending.set(id, run);
        sendRun(current, run, !current.sent.has(key));
        current.sent.add(key);
      });
    },
    interrupt() {
      void child.then(({ process }) => {
        // Disconnected first, so that no later run is sent to a process that is about to end.
        if (process.connected) process.disconnect();
        process.kill('SIGKILL');
      }, () => {});
    },
    forget(prefix) {
      void child.then(({ process, sent }) => {
        for (const key of sent) if (key.startsWith(prefix)) sent.delete(key);
        if (process.connected) process.send({ forget: prefix } satisfies ForgetRequest);
      }, () => {});
    },
    async close() {
      const { process, pending } = await child;
      rejectAll(pending, new Error('The kernel process was closed'));
      if (process.connected) process.disconnect();
    },
  };
}

function sendRun(child: KernelChild, run: PendingRun, withModel: boolean): void {
  const request: KernelRequest = withModel ? { ...run.request, ...modelOf(run) } : run.request;
  // A request that cannot be sent any more is rejected when the process has ended, which knows why.
  child.process.send(request, () => {});
}

/** A kernel as it is; a whole model, given in parts, as a file: in a message it would be in memory several times. */
function modelOf({ model }: PendingRun): Pick<KernelRequest, 'model' | 'modelFile'> {
  const given = model();
  if (given instanceof Uint8Array) return { model: given };
  const modelFile = join(tmpdir(), `mixed-precision-${randomBytes(8).toString('hex')}.onnx`);
  const file = openSync(modelFile, 'wx', 0o600);
  try {
    for (const part of given) for (let done = 0; done < part.length;) done += writeSync(file, part, done);
  } finally {
    closeSync(file);
  }
  return { modelFile };
}

function startChild(options: KernelOptions): Promise<KernelChild> {
  const script = options.script ?? join(__dirname, 'kernelProcess.js');
  const process_ = fork(script, options.engine === undefined ? [] : [options.engine], {
    serialization: 'advanced',
    execArgv: [],
    // In VS Code's extension host process.execPath is Electron, which this makes behave as Node.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const pending = new Map<number, PendingRun>();
  let lastWords = '';
  process_.stderr!.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-2000)));

  return new Promise((resolve, reject) => {
    const child = (description: string): KernelChild => ({ process: process_, description, pending, sent: new Set() });
    let started: KernelChild;
    process_.on('error', (error) => reject(notStarted(error.message)));
    // Unlike 'exit' this comes after its last words, and after the channel to it is known to be closed.
    process_.on('close', (code, signal) => {
      const cause = lastWords.split('\n').find((line) => /error/i.test(line)) ?? ending(code, signal);
      reject(notStarted(cause));
      rejectAll(pending, crashed(cause));
    });
    process_.on('message', (message: KernelMessage) => {
      if (message.kind === 'ready') return resolve((started = child(message.description)));
      if (message.kind === 'failed') {
        process_.disconnect();
        return reject(notStarted(message.message));
      }
      const run = pending.get(message.id);
      if (run === undefined) return;
      if (message.kind === 'modelNeeded') return sendRun(started, run, true);
      pending.delete(message.id);
      if (message.kind === 'result') run.resolve([...message.outputs]);
      else run.reject(new Error(message.message));
    });
  });
}

function rejectAll(pending: Map<number, PendingRun>, error: Error): void {
  for (const run of pending.values()) run.reject(error);
  pending.clear();
}

function ending(code: number | null, signal: string | null): string {
  return `it ended with ${signal ?? `code ${code}`}`;
}

function crashed(cause: string): UserError {
  return new UserError(`The process that runs kernels stopped: ${cause}`, {
    hint: 'Run again, or give ranges recorded elsewhere as calibration.ranges',
  });
}

function notStarted(cause: string): UserError {
  return new UserError(`onnxruntime could not be started: ${cause}`, { hint: 'Install the extension again, or give recorded ranges as calibration.ranges' });
}
