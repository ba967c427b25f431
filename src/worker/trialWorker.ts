import { parentPort, workerData } from 'node:worker_threads';
import { NO_PROGRESS } from '../engine/host';
import { nodeHost } from './nodeHost';
import { openBench, type TuningSetup } from './openBench';
import { errorToData } from './rpc';
import type { TrialCall, TrialReply } from './trialProtocol';

// Started by startTrialPool, never imported: here is a port.
const bench = openBench(workerData as TuningSetup, nodeHost(NO_PROGRESS));
// Whoever calls is told.
bench.catch(() => {});

let queue = Promise.resolve();
parentPort!.on('message', ({ id, task }: TrialCall) => {
  queue = queue.then(async () => {
    let reply: TrialReply;
    try {
      reply = { id, result: await (await bench).run(task) };
    } catch (error) {
      reply = { id, error: errorToData(error) };
    }
    parentPort!.postMessage(reply);
  });
});
