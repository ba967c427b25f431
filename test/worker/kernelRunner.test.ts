import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/engine/errors';
import type { Tensor } from '../../src/engine/graph/tensor';
import { type KernelRunner, type ModelInParts, WEIGHTS_FILE } from '../../src/engine/host';
import { encodeOnnxModel } from '../../src/engine/runtime/onnxModel';
import { interruptible } from '../../src/worker/interruptible';
import { startKernels } from '../../src/worker/kernelRunner';
import { buildOnnx } from '../support/onnxBuilder';
import { bundledKernels, startTestKernels } from './kernels';

const vector = (...values: number[]): Tensor => ({ dtype: 'float32', shape: [values.length], data: Float32Array.from(values) });

/** y = x + c. */
const addModel = (c: Tensor) => () => encodeOnnxModel({
  nodes: [{ op: 'Add', inputs: ['x', 'c'], outputs: ['y'] }],
  inputs: [{ name: 'x', dtype: c.dtype }],
  initializers: [{ name: 'c', tensor: c }],
  outputs: ['y'],
});

let kernels: KernelRunner | undefined;
afterEach(async () => {
  await kernels?.close();
  kernels = undefined;
});

/** onnxruntime-node has no binaries for some platforms. */
const hasNative = existsSync('node_modules/onnxruntime-node/bin');
if (!hasNative) console.log('Skipping onnxruntime-node: it is not installed');

describe.each(hasNative ? (['node', 'web'] as const) : (['web'] as const))('kernels on onnxruntime-%s', (engine) => {
  it('runs a model and keeps its session', async () => {
    kernels = await startTestKernels({ engine });
    expect(kernels.description).toMatch(engine === 'node' ? /^onnxruntime-node 1\..* \(native\)$/ : /^onnxruntime-web 1\..* \(WASM\)$/);
    let encoded = 0;
    const model = (): Uint8Array => {
      encoded++;
      return addModel(vector(10, 20))();
    };
    expect(await kernels.run('add', model, [vector(1, 2)])).toEqual([vector(11, 22)]);
    expect(await kernels.run('add', model, [vector(3, 4)])).toEqual([vector(13, 24)]);
    expect(encoded).toBe(1);
  });

  it('runs a whole model with its weights beside it, and leaves no file', async () => {
    kernels = await startTestKernels({ engine });
    const folders = (): string[] => readdirSync(tmpdir()).filter((name) => existsSync(join(tmpdir(), name, 'weights')));
    const before = folders();
    const model = buildOnnx({
      inputs: { x: ['float32', [2]] }, outputs: { y: ['float32', [2]] },
      initializers: { c: { shape: [2], external: { location: WEIGHTS_FILE, offset: '4', length: '8' } } }, nodes: [{ op: 'Add', inputs: ['x', 'c'], outputs: ['y'] }],
    });
    const weights = new Uint8Array(Float32Array.of(0, 10, 20).buffer);
    const parts = (): ModelInParts => ({ model: [model.subarray(0, 9), model.subarray(9)], weights: [weights.subarray(0, 5), weights.subarray(5)] });
    expect(await kernels.run('whole', parts, [vector(1, 2)])).toEqual([vector(11, 22)]);
    expect(folders()).toEqual(before);
  });

  it('drops sessions it is told to forget, and builds them again', async () => {
    kernels = await startTestKernels({ engine });
    let encoded = 0;
    const run = (key: string): Promise<Tensor[]> => kernels!.run(key, () => (encoded++, addModel(vector(1))()), [vector(1)]);
    await run('graph 1 a');
    await run('graph 2 a');
    kernels.forget('graph 1 ');
    expect(await run('graph 1 a')).toEqual([vector(2)]);
    await run('graph 2 a');
    expect(encoded).toBe(3);
  });

  it('keeps 64-bit integers exact', async () => {
    kernels = await startTestKernels({ engine });
    const tensor = (value: bigint): Tensor => ({ dtype: 'int64', shape: [1], data: BigInt64Array.of(value) });
    expect(await kernels.run('add64', addModel(tensor(1n)), [tensor(2n ** 53n)])).toEqual([tensor(2n ** 53n + 1n)]);
  });

  it('fails one run for a bad model and goes on', async () => {
    kernels = await startTestKernels({ engine });
    await expect(kernels.run('bad', () => Uint8Array.of(1, 2, 3), [])).rejects.toThrow();
    expect(await kernels.run('add', addModel(vector(1)), [vector(1)])).toEqual([vector(2)]);
  });
});

describe('the kernel process', () => {
  it('answers many runs at once, each with its own result', async () => {
    kernels = await startTestKernels({ engine: 'web' });
    const runs = Array.from({ length: 20 }, (_, index) => kernels!.run(`add ${index % 3}`, addModel(vector(index % 3)), [vector(index)]));
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 20 }, (_, index) => [vector(index + (index % 3))]));
  });

  it('fails pending runs when it dies, and starts again for the next one', async () => {
    kernels = await startTestKernels({ engine: 'web' });
    const child = childrenOf(process.pid).at(-1)!;
    process.kill(child, 'SIGSTOP');
    const pending = kernels.run('add', addModel(vector(1)), [vector(1)]);
    process.kill(child, 'SIGKILL');
    await expect(pending).rejects.toThrow(UserError);
    await expect(pending).rejects.toThrow(/The process that runs kernels stopped: it ended with SIGKILL/);
    expect(await kernels.run('add', addModel(vector(1)), [vector(1)])).toEqual([vector(2)]);
  });

  it('is given up within a second when the work it does is cancelled, and starts again for the next run', async () => {
    const started = await startTestKernels({ engine: 'web' });
    let cancelled = false;
    kernels = interruptible(started, { report() {}, throwIfCancelled: () => { if (cancelled) throw new CancelledError(); } });
    // A stopped process stands for a kernel that takes long.
    const child = childrenOf(process.pid).at(-1)!;
    process.kill(child, 'SIGSTOP');
    const pending = expect(kernels.run('add', addModel(vector(1)), [vector(1)])).rejects.toThrow(CancelledError);
    const cancelledAt = performance.now();
    cancelled = true;
    await pending;
    expect(performance.now() - cancelledAt).toBeLessThan(1000);
    cancelled = false;
    expect(await kernels.run('add', addModel(vector(1)), [vector(1)])).toEqual([vector(2)]);
    expect(childrenOf(process.pid)).not.toContain(child);
  });

  it('says why it cannot start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
    writeFileSync(join(folder, 'broken.js'), 'throw new Error("no such engine")');
    await expect(startKernels({ script: join(folder, 'broken.js') })).rejects.toThrow(/could not be started.*no such engine/);
    rmSync(folder, { recursive: true });
  });

  it('runs from a folder that has nothing but the bundle', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
    cpSync(bundledKernels(), folder, { recursive: true });
    kernels = await startKernels({ script: join(folder, 'kernelProcess.js') });
    expect(kernels.description).toMatch(/^onnxruntime-web/);
    expect(await kernels.run('add', addModel(vector(1)), [vector(1)])).toEqual([vector(2)]);
    rmSync(folder, { recursive: true });
  });
});

function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args=']).toString().trim().split('\n').map((line) => line.trim().split(/\s+/));
  return lines.filter(([, parent, , ...args]) => Number(parent) === pid && args.join(' ').includes('kernelProcess.js')).map(([child]) => Number(child));
}
