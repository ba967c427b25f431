import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '../engine/errors';
import type { Tensor } from '../engine/graph/tensor';
import { NO_PROGRESS, type Progress } from '../engine/host';
import { BrokenFrameError, encodeFrame, type Frame, frameReader } from './pythonFrames';

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

/** One Python with the worker in it. Ends by itself when this process does. */
export interface PythonProcess {
  readonly info: PythonInfo;
  readonly isAlive: boolean;
  /**
   * Resolves to the answer. Fails with CancelledError, which ends the process; with UserError when the process stops or answers
   * what is no answer; with an Error of the framework's words when it refuses.
   */
  request(header: object, tensors: readonly Tensor[], options: RequestOptions): Promise<Frame>;
  end(): void;
}

interface Waiting {
  readonly onValue: NonNullable<RequestOptions['onValue']>;
  resolve(answer: Frame): void;
  reject(error: Error): void;
}

const PROTOCOL = 1;
const PATIENCE = 60_000;
/** Milliseconds between two looks at whether the user has cancelled. */
const CANCEL_INTERVAL = 100;
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
      failure = commands === ON_PATH ? new UserError('There is no Python on the PATH', { hint: HINT }) : (failure ?? error);
    }
  }
  throw failure ?? new UserError('No Python is named', { hint: HINT });
}

async function startOne(command: string, { script = join(__dirname, 'python', 'mixed_precision_worker.py'), patience = PATIENCE, progress = NO_PROGRESS }: PythonOptions): Promise<PythonProcess> {
  const child = spawn(command, [script], { stdio: 'pipe', windowsHide: true });
  const fail = (what: string): UserError => new UserError(`"${command}" ${what}`, { hint: HINT });
  return new Promise((resolve, reject) => {
    const waiting = new Map<number, Waiting>();
    let isStarted = false;
    let lastWords = '';
    let stopped: Error | undefined;
    const stop = (early: () => UserError, late: () => UserError): void => {
      clearTimeout(timer);
      clearInterval(watch);
      child.kill('SIGKILL');
      stopped ??= isStarted ? late() : early();
      reject(stopped);
      for (const request of waiting.values()) request.reject(stopped);
      waiting.clear();
    };
    const timer = setTimeout(() => stop(() => fail(`has not answered within ${patience / 1000} seconds`), () => crashed('')), patience);
    const watch = setInterval(() => {
      try {
        progress.throwIfCancelled();
      } catch (error) {
        reject(error);
        stop(() => fail('was stopped'), () => crashed('it was stopped'));
      }
    }, CANCEL_INTERVAL);
    const receive = frameReader((frame) => {
      if (isStarted) return answer(frame, waiting);
      const info = infoOf(frame);
      isStarted = true;
      clearTimeout(timer);
      clearInterval(watch);
      resolve(processOf(child, info, waiting, () => stopped));
    });

    child.on('error', (error: NodeJS.ErrnoException) => {
      const what = error.code === 'ENOENT' ? 'was not found' : `cannot be run: ${error.code ?? error.message}`;
      stop(() => fail(what), () => crashed(what));
    });
    child.stdin.on('error', () => {}); // Its end says why.
    child.stderr.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-4000)));
    child.stdout.on('data', (chunk: Buffer) => {
      if (stopped !== undefined) return;
      try {
        receive(chunk);
      } catch (error) {
        const cause = error instanceof BrokenFrameError ? error.message : String(error);
        stop(() => fail(`does not answer as a Python does: ${cause}`), () => crashed(`its answer cannot be read, ${cause}`));
      }
    });
    // Unlike 'exit' this comes after its last words.
    child.on('close', (code, signal) => {
      const cause = /^\w+(?:Error|Exit|Exception)\b.*$/m.exec(lastWords)?.[0] ?? `it ended with ${signal ?? `code ${code}`}`;
      stop(() => fail(`is no Python that can run models: ${cause}`), () => crashed(cause));
    });
  });
}

function processOf(child: ChildProcessWithoutNullStreams, info: PythonInfo, waiting: Map<number, Waiting>, stopped: () => Error | undefined): PythonProcess {
  let lastId = 0;
  return {
    info,
    get isAlive() {
      return stopped() === undefined;
    },
    request(header, tensors, { progress, onValue = () => {} }) {
      const failure = stopped();
      if (failure !== undefined) return Promise.reject(failure);
      const id = ++lastId;
      return new Promise<Frame>((resolve, reject) => {
        const watch = setInterval(() => {
          try {
            progress.throwIfCancelled();
          } catch (error) {
            waiting.get(id)?.reject(error as Error);
            child.kill('SIGKILL');
          }
        }, CANCEL_INTERVAL);
        const settle = <T>(finish: (value: T) => void) => (value: T): void => {
          clearInterval(watch);
          waiting.delete(id);
          finish(value);
        };
        waiting.set(id, { onValue, resolve: settle(resolve), reject: settle(reject) });
        for (const piece of encodeFrame({ id, ...header }, tensors)) child.stdin.write(piece);
      });
    },
    end() {
      child.stdin.end();
      child.kill('SIGKILL');
    },
  };
}

/** Hands a frame to the request it answers; one that failed meanwhile is no longer there. */
function answer(frame: Frame, waiting: ReadonlyMap<number, Waiting>): void {
  const { kind, id, message, index } = frame.header;
  const request = waiting.get(id as number);
  if (request === undefined) return;
  if (kind === 'done') request.resolve(frame);
  else if (kind === 'error') request.reject(new Error(String(message)));
  else if (kind === 'value' && typeof index === 'number' && frame.tensors.length === 1) {
    try {
      request.onValue(index, frame.tensors[0]!);
    } catch (error) {
      request.reject(error as Error);
    }
  } else throw new BrokenFrameError(`it sent a message of kind ${String(kind)}`);
}

function infoOf({ header }: Frame): PythonInfo {
  const { kind, protocol, python, executable, frameworks } = header;
  const isHello = kind === 'hello' && protocol === PROTOCOL && typeof python === 'string' && typeof executable === 'string'
    && typeof frameworks === 'object' && frameworks !== null;
  if (!isHello) throw new BrokenFrameError('it did not introduce itself');
  return { python, executable, frameworks: frameworks as PythonInfo['frameworks'] };
}

function crashed(cause: string): UserError {
  return new UserError(`The Python that runs the model stopped: ${cause}`, { hint: 'Run again, or use the embedded runtime' });
}
