import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { startKernels, type KernelOptions } from '../../src/worker/kernelRunner';

let folder: string | undefined;
/** Test files that share a process share the folder: each leaves it to the next to make it anew. */
afterAll(removeBundle);

function removeBundle(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
}

/** A fresh bundle of the kernel process; below node_modules, so that onnxruntime-node is found. */
export function bundledKernels(): string {
  if (folder === undefined) {
    folder = mkdtempSync(resolve('node_modules/.kernels-'));
    execFileSync(process.execPath, ['scripts/bundleKernels.mjs', folder], { stdio: 'inherit' });
  }
  return folder;
}

/** Starts kernels from a bundle of the present sources. */
export function startTestKernels(options: Omit<KernelOptions, 'script'> = {}) {
  return startKernels({ ...options, script: join(bundledKernels(), 'kernelProcess.js') });
}
