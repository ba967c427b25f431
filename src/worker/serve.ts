import { AsyncLocalStorage } from 'node:async_hooks';
import type { MessagePort } from 'node:worker_threads';
import { CancelledError } from '../engine/errors';
import type { Progress } from '../engine/host';
import { type Audience, errorToData, type Call, type Method, type Reply, type Served } from './rpc';

/** Messages about progress are at least this far apart, in ms. */
const PROGRESS_INTERVAL = 250;

/** Methods that change nothing: answered at once, also while a phase waits for its kernels. */
const READS: ReadonlySet<string> = new Set<Method<'views'> | Method<'programs'>>(['changes', 'details', 'report', 'find', 'preview', 'describeData', 'importConfig']);

/**
 * Answers the calls that arrive on `port` with the api made by `create`. Calls that change the conversion run one after
 * the other. The progress given to `create` is that of the call it is used in.
 */
export function serve(port: MessagePort, cancelled: Int32Array, create: (progress: Progress) => Served[Audience]): void {
  const send = (reply: Reply) => port.postMessage(reply);
  /** Id of the call that code runs for: a preview is made while a phase waits, and each is cancelled for itself. */
  const running = new AsyncLocalStorage<number>();
  let lastReport = -Infinity;
  const api = create({
    report(message, fraction) {
      const now = performance.now();
      if (now - lastReport < PROGRESS_INTERVAL) return;
      lastReport = now;
      send({ type: 'progress', message, fraction });
    },
    throwIfCancelled() {
      if (Atomics.load(cancelled, 0) >= running.getStore()!) throw new CancelledError();
    },
  });

  const answer = ({ id, method, args }: Call) => running.run(id, async () => {
    try {
      const methods = api as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
      send({ type: 'result', id, value: await methods[method]!(...args) });
    } catch (error) {
      send({ type: 'error', id, error: errorToData(error) });
    }
  });

  let queue = Promise.resolve();
  port.on('message', (call: Call) => {
    if (READS.has(call.method)) void answer(call);
    else queue = queue.then(() => answer(call));
  });
}
