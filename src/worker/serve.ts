import type { MessagePort } from 'node:worker_threads';
import { CancelledError } from '../engine/errors';
import type { Progress } from '../engine/host';
import { type Audience, errorToData, type Call, type Method, type Reply, type Served } from './rpc';

/** Messages about progress are at least this far apart, in ms. */
const PROGRESS_INTERVAL = 250;

/** Methods that change nothing: answered at once, also while a phase waits for its kernels. */
const READS: ReadonlySet<string> = new Set<Method<'views'> | Method<'programs'>>(['changes', 'details', 'report', 'find', 'describeData']);

/**
 * Answers the calls that arrive on `port` with the api made by `create`. Calls that change the conversion run one after
 * the other; the progress given to `create` belongs to the one that runs.
 */
export function serve(port: MessagePort, cancelled: Int32Array, create: (progress: Progress) => Served[Audience]): void {
  const send = (reply: Reply) => port.postMessage(reply);
  let running = 0;
  let lastReport = -Infinity;
  const api = create({
    report(message, fraction) {
      const now = performance.now();
      if (now - lastReport < PROGRESS_INTERVAL) return;
      lastReport = now;
      send({ type: 'progress', message, fraction });
    },
    throwIfCancelled() {
      if (Atomics.load(cancelled, 0) >= running) throw new CancelledError();
    },
  });

  const answer = async ({ id, method, args }: Call) => {
    try {
      const methods = api as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
      send({ type: 'result', id, value: await methods[method]!(...args) });
    } catch (error) {
      send({ type: 'error', id, error: errorToData(error) });
    }
  };

  let queue = Promise.resolve();
  port.on('message', (call: Call) => {
    if (READS.has(call.method)) {
      void answer(call);
      return;
    }
    queue = queue.then(() => {
      running = call.id;
      return answer(call);
    });
  });
}
