import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '../engine/errors';
import type { Tensor } from '../engine/graph/tensor';
import { NO_PROGRESS, type Progress } from '../engine/host';
import { BrokenFrameError, encodeFrame, type Frame, frameReader } from './pythonFrames';
import { whenCancelled } from './whenCancelled';

/** What a Python says of itself; of each framework the version, '' where that is not known, null where it is not installed. */
export interface PythonInfo {
  readonly python: string;
  readonly executable: string;
  readonly frameworks: Readonly<Record<string, string | null>>;
}

export interface PythonOptions {
  /** Programs to try, in order. Default: those of the PATH. */
  readonly commands?: readonly string[];
  /** The worker to run. Default: the one beside this bundle. */
  readonly script?: string;
  /** Milliseconds a program has to answer for the first time; it imports nothing until then. */
  readonly patience?: number;
  readonly progress?: Progress;
}

interface RequestOptions {
  readonly progress: Progress;
  /** Told each value that comes before the answer. */
  readonly onValue?: (index: number, tensor: Tensor) => void;
}

/** Python's words on why it does not run a model or a metric, the node they are about, and the line of the metric. */
export class PythonError extends Error {
  override readonly name = 'PythonError';

  constructor(message: string, readonly node: string | undefined, readonly line: number | undefined) {
    super(message);
  }
}

/** One Python with the worker in it. Ends by itself when this process does. */
export interface PythonProcess {
  readonly info: PythonInfo;
  readonly isAlive: boolean;
  /**
   * Resolves to the answer. Fails with CancelledError, which ends the process; with UserError when the process stops or answers
   * what is no answer; with PythonError when the framework refuses.
   */
  request(header: object, tensors: readonly Tensor[], options: RequestOptions): Promise<Frame>;
  end(): void;
}

interface Waiting {
  readonly onValue: NonNullable<RequestOptions['onValue']>;
  resolve(answer: Frame): void;
  reject(error: Error): void;
}

const NOT_THERE = 'there is no such program';
const PROTOCOL = 1;
const PATIENCE = 60_000;
const ON_PATH = process.platform === 'win32' ? ['python', 'python3', 'py'] : ['python3', 'python'];
const HINT = 'Name another one with --python (in VS Code: the setting mixedPrecision.python), or use the embedded runtime';

/** Starts the first of some programs that is a Python. Throws UserError when none is, CancelledError once the user has cancelled. */
export async function startPython({ commands = ON_PATH, ...options }: PythonOptions = {}): Promise<PythonProcess> {
  let failure: Error | undefined;
  for (const command of commands) {
    try {
      return await startOne(command, options);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (commands !== ON_PATH || !error.message.endsWith(NOT_THERE)) failure ??= error;
    }
  }
  throw failure ?? new UserError('There is no Python on the PATH', { hint: HINT });
}

async function startOne(command: string, { script = join(__dirname, 'python', 'mixed_precision_worker.py'), patience = PATIENCE, progress = NO_PROGRESS }: PythonOptions): Promise<PythonProcess> {
  const waiting = new Map<number, Waiting>();
  let info: PythonInfo | undefined;
  let ended: Error | undefined;
  return new Promise((resolve, reject) => {
    const end = (error: Error): void => {
      if (ended !== undefined) return;
      ended = error;
      stopWaiting();
      reject(error);
      for (const request of waiting.values()) request.reject(error);
      program.kill();
    };
    const program = spawnFramed(command, script, {
      onFrame(frame) {
        if (info !== undefined) return answer(frame, waiting);
        info = infoOf(frame);
        stopWaiting();
        resolve(processOf(info, program, waiting, { get: () => ended, set: end }));
      },
      onEnd: (cause) => end(info === undefined ? notPython(command, cause) : stopped(cause)),
    });
    const timer = setTimeout(() => end(notPython(command, `it has not answered for ${patience / 1000} seconds`)), patience);
    const stopWatching = whenCancelled(progress, end);
    const stopWaiting = (): void => {
      clearTimeout(timer);
      stopWatching();
    };
  });
}

interface Listener {
  readonly onFrame: (frame: Frame) => void;
  readonly onEnd: (cause: string) => void;
}

interface Program {
  write(pieces: readonly Uint8Array[]): void;
  kill(): void;
}

/** Starts a program with the worker as its script, and hands on the frames it writes. `onEnd` is told why it ended, or had to. */
function spawnFramed(command: string, script: string, { onFrame, onEnd }: Listener): Program {
  const child = spawn(command, [script], { stdio: 'pipe', windowsHide: true });
  const receive = frameReader(onFrame);
  let isReadable = true;
  let lastWords = '';
  child.on('error', (error: NodeJS.ErrnoException) => onEnd(error.code === 'ENOENT' ? NOT_THERE : `it cannot be started (${error.code ?? error.message})`));
  child.stdin.on('error', () => {}); // How it ended says why.
  child.stderr.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-4000)));
  child.stdout.on('data', (chunk: Uint8Array) => {
    if (!isReadable) return;
    try {
      receive(chunk);
    } catch (error) {
      isReadable = false;
      onEnd(error instanceof BrokenFrameError ? error.message : String(error));
    }
  });
  // Unlike 'exit' this comes after its last words.
  child.on('close', (code, signal) => onEnd(/^\w+(?:Error|Exception)\b.*$/m.exec(lastWords)?.[0] ?? `it ended with ${signal ?? `code ${code}`}`));
  return {
    write: (pieces) => {
      for (const piece of pieces) child.stdin.write(piece);
    },
    kill: () => child.kill('SIGKILL'),
  };
}

function processOf(info: PythonInfo, program: Program, waiting: Map<number, Waiting>, ended: { get(): Error | undefined; set(error: Error): void }): PythonProcess {
  let lastId = 0;
  return {
    info,
    get isAlive() {
      return ended.get() === undefined;
    },
    request(header, tensors, { progress, onValue = () => {} }) {
      const failure = ended.get();
      if (failure !== undefined) return Promise.reject(failure);
      const id = ++lastId;
      // Python cannot be asked to stop in the middle of a model.
      const stopWatching = whenCancelled(progress, (error) => ended.set(error));
      return new Promise<Frame>((resolve, reject) => {
        waiting.set(id, { onValue, resolve, reject });
        program.write(encodeFrame({ id, ...header }, tensors));
      }).finally(() => {
        stopWatching();
        waiting.delete(id);
      });
    },
    end: () => ended.set(stopped('it was closed')),
  };
}

/** Hands a frame to the request it answers; one that failed meanwhile is no longer there. */
function answer(frame: Frame, waiting: ReadonlyMap<number, Waiting>): void {
  const { kind, id, message, node, line, index } = frame.header;
  const request = waiting.get(id as number);
  if (request === undefined) return;
  if (kind === 'done') request.resolve(frame);
  else if (kind === 'error') request.reject(new PythonError(String(message), typeof node === 'string' ? node : undefined, typeof line === 'number' ? line : undefined));
  else if (kind === 'value' && typeof index === 'number' && frame.tensors.length === 1) {
    try {
      request.onValue(index, frame.tensors[0]!);
    } catch (error) {
      request.reject(error as Error);
    }
  } else throw new BrokenFrameError(`it sent a message of kind ${String(kind)}`);
}

function infoOf({ header: { kind, protocol, python, executable, frameworks } }: Frame): PythonInfo {
  const isHello = kind === 'hello' && protocol === PROTOCOL && typeof python === 'string' && typeof executable === 'string'
    && typeof frameworks === 'object' && frameworks !== null;
  if (!isHello) throw new BrokenFrameError('it did not introduce itself');
  return { python, executable, frameworks: frameworks as PythonInfo['frameworks'] };
}

function notPython(command: string, cause: string): UserError {
  return new UserError(`"${command}" is no Python that can run models: ${cause}`, { hint: HINT });
}

function stopped(cause: string): UserError {
  return new UserError(`The Python that runs the model stopped: ${cause}`, { hint: 'Run again, or use the embedded runtime' });
}
