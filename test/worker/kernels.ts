import { execFileSync } from 'node:child_process';
import { startKernels, type KernelOptions } from '../../src/worker/kernelRunner';

const OUTDIR = 'node_modules/.cache/mixed-precision-kernels';
let bundled = false;

/** Starts kernels from a fresh bundle of the kernel process; below node_modules, so that onnxruntime-node is found. */
export function startTestKernels(options: Omit<KernelOptions, 'script'> = {}) {
  if (!bundled) execFileSync(process.execPath, ['scripts/bundleKernels.mjs', OUTDIR], { stdio: 'inherit' });
  bundled = true;
  return startKernels({ ...options, script: `${OUTDIR}/kernelProcess.js` });
}
