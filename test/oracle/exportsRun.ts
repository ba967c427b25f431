// Every program of a folder beside torch: `node scripts/check-exports.mjs`.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { startKernels } from '../../src/worker/kernelRunner';
import { compareValues, readRecording } from './exportedValues';

const TOLERANCE = 1e-4;

/** Prints a line per program: how far its values are from torch's, or what keeps it from running. */
export async function main(folder: string, parts: readonly string[], script: string): Promise<void> {
  const names = readdirSync(folder).filter((file) => file.endsWith('.pt2')).map((file) => file.slice(0, -'.pt2'.length)).sort();
  const chosen = names.filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)));
  const kernels = await startKernels({ script });
  let good = 0;
  try {
    for (const name of chosen) {
      const line = await checked(path.join(folder, name), kernels);
      if (line.isGood) good++;
      console.log(`${line.isGood ? 'ok  ' : 'FAIL'} ${name}: ${line.text}`);
    }
  } finally {
    await kernels.close();
  }
  console.log(`${good} of ${chosen.length} programs run with every value within ${TOLERANCE} of torch's`);
}

async function checked(file: string, kernels: Awaited<ReturnType<typeof startKernels>>): Promise<{ readonly isGood: boolean; readonly text: string }> {
  try {
    const recording = await readRecording(file);
    if (recording.missing.size > 0) return { isGood: false, text: `missing ${[...recording.missing.keys()].join(', ')}` };
    const { values, worst, seconds } = await compareValues(recording, kernels);
    const text = `${values} values, worst ${worst.error.toExponential(1)} at ${worst.value}, ${seconds.toFixed(1)} s`;
    return { isGood: worst.error <= TOLERANCE && values > 0, text };
  } catch (error) {
    const place = (error as { place?: { node?: string } }).place?.node;
    return { isGood: false, text: `${(error as Error).message}${place === undefined ? '' : ` (node "${place}")`}` };
  }
}
