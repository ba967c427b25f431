import { totalmem } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';

const MIB = 2 ** 20;
/** What V8 gives a thread by itself on a machine with much memory. */
const USUAL_MIB = 4096;

/**
 * Limits for the thread of a conversion: a graph of a million nodes takes some 3 GiB of heap, which on most machines is
 * more than a thread gets by itself, so it may take three quarters of the machine's memory. The rest are files, outside the heap.
 */
export function heapLimits(): ResourceLimits {
  return { maxOldGenerationSizeMb: Math.max(USUAL_MIB, Math.floor((0.75 * totalmem()) / MIB)) };
}
