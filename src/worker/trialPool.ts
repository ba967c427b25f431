import { statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CancelledError } from '../engine/errors';
import type { Result, Task, TrialRunner } from '../engine/tuning/task';
import { heapLimits } from './memory';
import type { TuningSetup } from './openBench';
import { dataToError } from './rpc';
import type { TrialCall, TrialReply } from './trialProtocol';

export interface PoolOptions {
  /** Threads at most. Default: as many as the machine has cores, and memory for the model. */
  readonly size?: number;
  /** The bundled trialWorker. Default: trialWorker.js beside this bundle. */
  readonly script?: string;
}

interface Job {
  readonly task: Task;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
}

/** A runner in threads of this machine, each with a copy of the model and a process for its kernels. Threads start as they are needed. */
export function startTrialPool(setup: TuningSetup, options: PoolOptions = {}): TrialRunner {
  const size = options.size ?? poolSize(setup);
  const script = options.script ?? join(__dirname, 'trialWorker.js');
  const threads: Thread[] = [];
  const queue: Job[] = [];
  let lastId = 0;
  let isClosed = false;

  const dispatch = (): void => {
    while (queue.length > 0) {
      const thread = threads.find(({ job }) => job === undefined) ?? (threads.length < size ? start() : undefined);
      if (thread === undefined) return;
      thread.job = queue.shift()!;
      thread.worker.postMessage({ id: ++lastId, task: thread.job.task } satisfies TrialCall);
    }
  };
  const start = (): Thread => {
    const worker = new Worker(script, { workerData: setup, name: 'mixed-precision-trial', resourceLimits: heapLimits() });
    const thread: Thread = { worker, job: undefined };
    const finish = (settle: (job: Job) => void): void => {
      const { job } = thread;
      thread.job = undefined;
      if (job !== undefined) settle(job);
      if (!isClosed) dispatch();
    };
    worker.on('message', (reply: TrialReply) => finish((job) => ('error' in reply ? job.reject(dataToError(reply.error)) : job.resolve(reply.result))));
    worker.on('error', (error) => {
      threads.splice(threads.indexOf(thread), 1);
      finish((job) => job.reject(error));
    });
    threads.push(thread);
    return thread;
  };

  return {
    size,
    submit<T extends Task>(task: T): Promise<Result<T>> {
      if (isClosed) return Promise.reject(new CancelledError());
      return new Promise<unknown>((resolve, reject) => {
        queue.push({ task, resolve, reject });
        dispatch();
      }) as Promise<Result<T>>;
    },
    async close() {
      isClosed = true;
      const jobs = [...queue.splice(0), ...threads.flatMap(({ job }) => job ?? [])];
      for (const job of jobs) job.reject(new CancelledError());
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

/** A conversion takes some ten times the memory of its model; a half of the machine's is left to others. */
const MEMORY_PER_BYTE = 10;
const MEMORY_PER_THREAD = 2 ** 28;

function poolSize({ model, source }: TuningSetup): number {
  // A framework uses all cores by itself, and takes memory by the gigabyte.
  if (source.runtime?.kind === 'python') return 1;
  const bytes = statSync(model, { throwIfNoEntry: false })?.size ?? 0;
  const fitting = Math.floor(totalmem() / 2 / (MEMORY_PER_THREAD + MEMORY_PER_BYTE * bytes));
  return Math.max(1, Math.min(availableParallelism(), fitting));
}
