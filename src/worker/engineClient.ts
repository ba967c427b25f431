import { Worker } from 'node:worker_threads';
import { CancelledError } from '../engine/errors';
import { heapLimits } from './memory';
import { dataToError, type Arguments, type Audience, type Call, type Method, type Reply, type Result, type WorkerData } from './rpc';

/** The worker ended by itself: a crash, or no memory left. The model has to be opened again. */
export class EngineStoppedError extends Error {
  override readonly name = 'EngineStoppedError';
}

export interface EngineEvents {
  onProgress(message: string, fraction: number | undefined): void;
  /** Called once; calls that were waiting fail with the same error. */
  onStopped(error: EngineStoppedError): void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The conversion engine of one model, in a thread of its own. */
export class EngineClient<A extends Audience = 'views'> {
  private readonly cancelled = new Int32Array(new SharedArrayBuffer(4));
  private readonly waiting = new Map<number, Waiting>();
  private readonly worker: Worker;
  /** Settles when the thread has ended. */
  readonly ended: Promise<void>;
  private lastId = 0;
  private stopped: Error | undefined;

  /** `file`: the bundled engineWorker. `audience`: whose calls it answers. */
  constructor(file: string, private readonly events: EngineEvents, audience: A) {
    const workerData: WorkerData = { cancelled: this.cancelled, audience };
    this.worker = new Worker(file, { workerData, name: 'mixed-precision', resourceLimits: heapLimits() });
    this.worker.on('message', (reply: Reply) => this.receive(reply));
    this.worker.on('error', (error) => this.stop(describeCrash(error)));
    this.ended = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    this.worker.on('exit', (code) => this.stop(`its thread ended with code ${code}`));
  }

  /** Fails with what the method fails with, or with EngineStoppedError. */
  call<M extends Method<A>>(method: M, ...args: Arguments<A, M>): Promise<Result<A, M>> {
    if (this.stopped !== undefined) return Promise.reject(this.stopped);
    const call: Call = { id: ++this.lastId, method, args };
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(call.id, { resolve, reject });
      this.worker.postMessage(call);
    }) as Promise<Result<A, M>>;
  }

  /** Calls made until now fail with CancelledError at their next check; those already past it end as usual. */
  cancel(): void {
    Atomics.store(this.cancelled, 0, this.lastId);
  }

  /** Ends the thread; calls that wait, and later ones, fail with CancelledError. */
  dispose(): void {
    this.end(new CancelledError());
    void this.worker.terminate();
  }

  private receive(reply: Reply): void {
    if (reply.type === 'progress') {
      this.events.onProgress(reply.message, reply.fraction);
      return;
    }
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (reply.type === 'result') waiting?.resolve(reply.value);
    else waiting?.reject(dataToError(reply.error));
  }

  private stop(cause: string): void {
    if (this.stopped !== undefined) return;
    const error = new EngineStoppedError(`The conversion engine stopped unexpectedly: ${cause}`);
    this.end(error);
    this.events.onStopped(error);
  }

  private end(error: Error): void {
    this.stopped ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

function describeCrash(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'the model needs more memory than there is' : error.message;
}
