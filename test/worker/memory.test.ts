import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { heapLimits } from '../../src/worker/memory';

it('gives a thread the heap it names', async () => {
  const limits = heapLimits();
  const script = "require('worker_threads').parentPort.postMessage(require('v8').getHeapStatistics().heap_size_limit)";
  const [bytes] = (await once(new Worker(script, { eval: true, resourceLimits: limits }), 'message')) as [number];
  expect(bytes / 2 ** 20).toBeGreaterThanOrEqual(limits.maxOldGenerationSizeMb!);
});
