import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/engine/errors';
import { EngineClient, EngineStoppedError } from '../../src/worker/engineClient';

let folder: string;
let clients: EngineClient[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-rpc-'));
  await build({
    entryPoints: ['endlessWorker', 'waitingWorker'].map((name) => join(__dirname, `fixtures/${name}.ts`)), outdir: folder, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error',
  });
});
afterEach(() => {
  clients.forEach((client) => client.dispose());
  clients = [];
});
afterAll(() => rm(folder, { recursive: true }));

function start(worker = 'endlessWorker') {
  const progress: { message: string; fraction: number | undefined }[] = [];
  const stopped: EngineStoppedError[] = [];
  const client = new EngineClient(join(folder, `${worker}.js`), {
    onProgress: (message, fraction) => progress.push({ message, fraction }),
    onStopped: (error) => stopped.push(error),
  }, 'views');
  clients.push(client);
  return { client, progress, stopped };
}

const seen = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('engine worker', () => {
  it('returns what the method returns', async () => {
    const { client } = start();
    const plan = await client.call('setConfig', { text: '{}', path: undefined });
    expect(plan.snapshots).toBe(1);
  });

  it('hands a UserError over with its place', async () => {
    const { client } = start();
    const error = await client.call('open', '/models/a.pb', { text: undefined, path: undefined }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).oneLine).toBe('/models/a.pb: node "conv": The file is not a GraphDef. Open a .pb file');
  });

  it('hands any other error over with its message and the stack of the worker', async () => {
    const { client } = start();
    const error = (await client.call('details', 'conv', 0).catch((e: unknown) => e)) as Error;
    expect(error).not.toBeInstanceOf(UserError);
    expect(error.message).toBe('a defect');
    expect(error.stack).toContain('endlessWorker');
  });

  it('cancels a synchronous loop, and only the calls made before', async () => {
    const { client, progress } = start();
    const phase = client.call('runPhase');
    await seen(() => progress.length > 0);
    client.cancel();
    await expect(phase).rejects.toBeInstanceOf(CancelledError);
    const next = client.call('runPhase');
    await seen(() => progress.some(({ message }) => message.startsWith('run 2')));
    client.cancel();
    await expect(next).rejects.toBeInstanceOf(CancelledError);
  });

  it('sends few of the many progress reports of a busy loop', async () => {
    const { client, progress } = start();
    const phase = client.call('runPhase');
    await seen(() => progress.length >= 3);
    client.cancel();
    await phase.catch(() => {});
    expect(progress[0]).toEqual({ message: 'run 1, report 1', fraction: 0.5 });
    const reports = Number(progress[2]!.message.split(' ').at(-1));
    expect(reports).toBeGreaterThan(1000);
  });

  it('answers calls in order', async () => {
    const { client } = start();
    const order: string[] = [];
    const phase = client.call('runPhase').catch(() => order.push('phase'));
    const plan = client.call('setConfig', { text: undefined, path: undefined }).then(() => order.push('plan'));
    client.cancel();
    await Promise.all([phase, plan]);
    expect(order).toEqual(['phase', 'plan']);
  });

  it('fails waiting and later calls when the thread crashes', async () => {
    const { client, stopped } = start();
    await expect(client.call('stepBack')).rejects.toThrow('The conversion engine stopped unexpectedly: lost a kernel');
    await expect(client.call('reset')).rejects.toBeInstanceOf(EngineStoppedError);
    expect(stopped).toHaveLength(1);
  });

  it('fails waiting calls when the thread exits', async () => {
    const { client, stopped } = start();
    await expect(client.call('save', '/models/b.pb', false)).rejects.toThrow('its thread ended with code 3');
    expect(stopped).toHaveLength(1);
  });

  it('does not report an end that was asked for', async () => {
    const { client, stopped } = start();
    const phase = client.call('runPhase');
    client.dispose();
    await expect(phase).rejects.toBeInstanceOf(CancelledError);
    await expect(client.call('reset')).rejects.toBeInstanceOf(CancelledError);
    expect(stopped).toEqual([]);
  });

  it('previews while a phase waits, and takes neither for the other', async () => {
    const { client, progress } = start('waitingWorker');
    const config = (text: string) => ({ text, path: undefined });
    const phase = client.call('runPhase');
    await seen(() => progress.length > 0);
    await expect(client.call('preview', config('short'))).resolves.toBeUndefined();

    client.cancel();
    const after = client.call('preview', config('short'));
    await expect(phase).rejects.toBeInstanceOf(CancelledError);
    await expect(after).resolves.toBeUndefined();

    const preview = client.call('preview', config('endless'));
    client.cancel();
    const next = client.call('runPhase');
    await expect(preview).rejects.toBeInstanceOf(CancelledError);
    await seen(() => progress.some(({ message }) => message === 'run 2'));
    client.cancel();
    await expect(next).rejects.toBeInstanceOf(CancelledError);
  });
});
