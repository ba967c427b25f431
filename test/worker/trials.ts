import { buildSync } from 'esbuild';
import { join } from 'node:path';
import type { TrialRunner } from '../../src/engine/tuning/task';
import type { TuningSetup } from '../../src/worker/openBench';
import type { SearchSetup } from '../../src/worker/searchProtocol';
import { type SearchThread, startSearchThread } from '../../src/worker/searchThread';
import { startTrialPool } from '../../src/worker/trialPool';
import { bundledKernels } from './kernels';

let script: string | undefined;

/** Bundles the worker that runs trials, and the process of metrics, beside the kernel process. */
export function bundledTrialWorker(): string {
  if (script === undefined) {
    const folder = bundledKernels();
    buildSync({ entryPoints: { trialWorker: 'src/worker/trialWorker.ts', metricProcess: 'src/worker/metricProcess.ts' }, outdir: folder, bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], logLevel: 'error' });
    script = join(folder, 'trialWorker.js');
  }
  return script;
}

/** Starts threads for trials from a bundle of the present sources. */
export function startTestTrials(setup: TuningSetup, size?: number): TrialRunner {
  return startTrialPool(setup, { script: bundledTrialWorker(), size });
}

/** Starts the thread of a search from a bundle of the present sources. */
export function startTestSearch(setup: SearchSetup, onEvent: Parameters<typeof startSearchThread>[1]): SearchThread {
  bundledTrialWorker();
  const folder = bundledKernels();
  buildSync({ entryPoints: { searchWorker: 'src/worker/searchWorker.ts' }, outdir: folder, bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], logLevel: 'error' });
  return startSearchThread(setup, onEvent, join(folder, 'searchWorker.js'));
}
