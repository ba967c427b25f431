import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../engine/errors';
import type { Tensor } from '../engine/graph/tensor';
import { type KernelRunner, type ModelInParts, WEIGHTS_FILE } from '../engine/host';
import { killChild, withLifeline } from './lifeline';
import { type ForgetRequest, type KernelEngine, type KernelMessage, type KernelRequest, MODEL_FILE } from './kernelProtocol';

export interface KernelOptions {
  /** Insist on one engine. Default: onnxruntime-node where it loads, else onnxruntime-web. */
  readonly engine?: KernelEngine;
  /** The bundled kernel process. Default: kernelProcess.js beside this bundle. */
  readonly script?: string;
}

interface PendingRun {
  readonly model: () => Uint8Array | ModelInParts;
  readonly request: Omit<KernelRequest, 'model' | 'modelFolder'>;
  resolve(outputs: Tensor[]): void;
  reject(error: Error): void;
}

interface KernelChild {
  readonly process: ChildProcess;
  readonly description: string;
  readonly pending: Map<number, PendingRun>;
  /** Keys whose model the process has been given. */
  readonly sent: Set<string>;
  /** Folders that its models were written to. */
  readonly folders: Set<string>;
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
      void child.then(({ process }) => killChild(process), () => {});
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
  const request: KernelRequest = withModel ? { ...run.request, ...modelOf(child, run) } : run.request;
  // A request that cannot be sent any more is rejected when the process has ended, which knows why.
  child.process.send(request, () => {});
}

/** A kernel as it is; a whole model in files: in a message it would be in memory several times. */
function modelOf(child: KernelChild, { model }: PendingRun): Pick<KernelRequest, 'model' | 'modelFolder'> {
  const given = model();
  if (given instanceof Uint8Array) return { model: given };
  const modelFolder = mkdtempSync(join(tmpdir(), 'mixed-precision-'));
  child.folders.add(modelFolder);
  writeParts(join(modelFolder, MODEL_FILE), given.model);
  writeParts(join(modelFolder, WEIGHTS_FILE), given.weights);
  return { modelFolder };
}

function writeParts(path: string, parts: Iterable<Uint8Array>): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (const part of parts) for (let done = 0; done < part.length;) done += writeSync(file, part, done);
  } finally {
    closeSync(file);
  }
}

function startChild(options: KernelOptions): Promise<KernelChild> {
  const script = options.script ?? join(__dirname, 'kernelProcess.js');
  const process_ = fork(script, options.engine === undefined ? [] : [options.engine], {
    serialization: 'advanced',
    execArgv: [],
    // In VS Code's extension host process.execPath is Electron, which this makes behave as Node.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: withLifeline('ignore', 'pipe'),
  });
  const pending = new Map<number, PendingRun>();
  const folders = new Set<string>();
  let lastWords = '';
  process_.stderr!.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-2000)));

  return new Promise((resolve, reject) => {
    const child = (description: string): KernelChild => ({ process: process_, description, pending, sent: new Set(), folders });
    let started: KernelChild;
    process_.on('error', (error) => reject(notStarted(error.message)));
    // Unlike 'exit' this comes after its last words, and after the channel to it is known to be closed.
    process_.on('close', (code, signal) => {
      const cause = lastWords.split('\n').find((line) => /error/i.test(line)) ?? ending(code, signal);
      reject(notStarted(cause));
      rejectAll(pending, crashed(cause));
      // The process has removed most: not those it ended in the middle of, nor those a system keeps while they are mapped.
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
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
