import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CancelledError } from '../engine/errors';
import { dataToError } from './rpc';
import type { SearchCommand, SearchEvent, SearchSetup } from './searchProtocol';

/** A search in a thread of its own, with the threads of its trials below it. */
export interface SearchThread {
  /** Settles when the search has come to its end; fails with what it fails with, with CancelledError once cancelled. */
  readonly done: Promise<void>;
  /** Starts no further task; those that run come to their end. */
  pause(): void;
  resume(): void;
  /** Ends all that runs, at once. What was found out until then is in the journal. */
  cancel(): void;
}

/** Ends with the thread; `script`: the bundled searchWorker, by default beside this bundle. */
export function startSearchThread(setup: SearchSetup, onEvent: (event: Exclude<SearchEvent, { type: 'failed' }>) => void, script = join(__dirname, 'searchWorker.js')): SearchThread {
  const worker = new Worker(script, { workerData: setup, name: 'mixed-precision-search' });
  const send = (command: SearchCommand) => () => worker.postMessage(command);
  let end: (error: Error) => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    end = reject;
    worker.on('message', (event: SearchEvent) => (event.type === 'failed' ? reject(dataToError(event.error)) : onEvent(event)));
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
  return {
    done,
    pause: send('pause'),
    resume: send('resume'),
    cancel() {
      end(new CancelledError());
      void worker.terminate();
    },
  };
}
