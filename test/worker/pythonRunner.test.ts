import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/engine/errors';
import type { Tensor } from '../../src/engine/graph/tensor';
import { type FrameworkModel, type KernelRunner, NO_PROGRESS, type Progress } from '../../src/engine/host';
import { startPython } from '../../src/worker/pythonProcess';
import { type RunnerOptions, startPythonRunner } from '../../src/worker/pythonRunner';

const folder = mkdtempSync(join(tmpdir(), 'python-'));
let runner: KernelRunner | undefined;
afterEach(async () => {
  await runner?.close();
  runner = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

let scripts = 0;
/** Programs in JavaScript stand in for a Python that misbehaves: `send` writes a frame, `hello` introduces, `on` answers requests. */
function script(body: string): string {
  const path = join(folder, `${++scripts}.cjs`);
  writeFileSync(path, `
    const send = (header, payload = Buffer.alloc(0)) => {
      const text = Buffer.from(JSON.stringify(header));
      const head = Buffer.alloc(16);
      head.write('MPF1');
      head.writeUInt32LE(text.length, 4);
      head.writeBigUInt64LE(BigInt(payload.length), 8);
      process.stdout.write(Buffer.concat([head, text, payload]));
    };
    const hello = (frameworks = { tensorflow: '2.0', torch: null }) => send({ kind: 'hello', protocol: 1, python: '3.0', executable: '/there/python', frameworks });
    const on = (answer) => {
      let bytes = Buffer.alloc(0);
      process.stdin.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        for (;;) {
          if (bytes.length < 16) return;
          const length = bytes.readUInt32LE(4), end = 16 + length + Number(bytes.readBigUInt64LE(8));
          if (bytes.length < end) return;
          const request = JSON.parse(bytes.subarray(16, 16 + length));
          const payload = bytes.subarray(16 + length, end);
          bytes = bytes.subarray(end);
          answer(request, payload);
        }
      });
      process.stdin.on('end', () => process.exit());
    };
    const done = ({ id, tensors }, payload) => send({ kind: 'done', id, tensors }, payload);
    ${body}`);
  return path;
}

const commands = [process.execPath];
const start = (body: string, options: Partial<RunnerOptions> = {}, progress: Progress = NO_PROGRESS) =>
  startPythonRunner({ commands, script: script(body), ...options }, progress).then((started) => (runner = started));

const vector = (...values: number[]): Tensor => ({ dtype: 'float32', shape: [values.length], data: Float32Array.from(values) });
let written = 0;
const MODEL: FrameworkModel = {
  framework: 'tensorflow', feeds: ['x:0'], fetches: ['y:0'], observed: ['x:0'], extremesOnly: false,
  write: async (sink) => {
    written++;
    await sink.append(Uint8Array.of(1, 2, 3));
  },
};
const run = (options: { readonly key?: string; readonly model?: FrameworkModel; readonly progress?: Progress; readonly observe?: () => void } = {}): Promise<Tensor[]> =>
  runner!.frameworks!.run(options.key ?? 'a 1', options.model ?? MODEL, [vector(1, 2)], options.observe ?? (() => {}), options.progress ?? NO_PROGRESS);

describe('what is no Python', () => {
  it.each([
    ['says something else', 'console.log("Usage: tool FILE")', /^"[^"]*node[^"]*" is no Python that can run models: it wrote "Usage: tool FILE…" in place of an answer$/],
    ['ends', 'process.exit(3)', /it ended with code 3/],
    ['cannot read the worker', 'throw new SyntaxError("invalid syntax")', /models: SyntaxError: invalid syntax/],
    ['says nothing', 'setInterval(() => {}, 1000)', /it has not answered for 0\.5 seconds/],
    ['is of another version', 'send({ kind: "hello", protocol: 99 })', /it did not introduce itself/],
  ])('is named when it %s', async (_, body, message) => {
    const failure = startPython({ commands, script: script(body), patience: body.startsWith('setInterval') ? 500 : 30_000 });
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ place: { hint: expect.stringContaining('--python') as string } });
  });

  it('is named when there is none', async () => {
    await expect(startPython({ commands: [join(folder, 'none')] })).rejects.toThrow(/none" is no Python that can run models: there is no such program$/);
    const path = process.env.PATH;
    process.env.PATH = folder;
    const failure = startPython();
    await expect(failure).rejects.toThrow('There is no Python on the PATH');
    process.env.PATH = path;
  });

  it('is passed over for the next program', async () => {
    const python = await startPython({ commands: [join(folder, 'none'), process.execPath], script: script('hello()') });
    expect(python.info).toEqual({ python: '3.0', executable: '/there/python', frameworks: { tensorflow: '2.0', torch: null } });
    python.end();
  });

  it('can be waited for no longer', async () => {
    let isCancelled = false;
    const progress: Progress = { report: () => {}, throwIfCancelled: () => { if (isCancelled) throw new CancelledError(); } };
    const starting = startPython({ commands, script: script('setInterval(() => {}, 1000)'), progress });
    setTimeout(() => (isCancelled = true), 100);
    await expect(starting).rejects.toThrow(CancelledError);
  });
});

describe('a model in Python', () => {
  const ECHO = 'hello(); on(done);';

  it('is written to a file that goes again, and loaded once', async () => {
    const seen = join(folder, 'seen');
    await start(`hello(); on((request, payload) => {
      if (request.op === 'load') require('node:fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify([request, [...require('node:fs').readFileSync(request.path)]]));
      done(request, payload);
    })`);
    written = 0;
    expect(await run()).toEqual([vector(1, 2)]);
    expect(await run()).toEqual([vector(1, 2)]);
    expect(written).toBe(1);
    const [request, bytes] = JSON.parse(readFileSync(seen, 'utf8')) as [Record<string, unknown>, number[]];
    expect(bytes).toEqual([1, 2, 3]);
    expect(request).toMatchObject({ form: 'graph-def', feeds: ['x:0'], fetches: ['y:0'], observed: ['x:0'], extremes: false });
    expect(readdirSync(tmpdir())).not.toContain((request.path as string).split(/[\\/]/).at(-1));
    expect(runner!.frameworks!.describe('tensorflow')).toBe('TensorFlow 2.0 in Python 3.0 (/there/python)');
    runner!.forget('a ');
    await run();
    expect(written).toBe(2);
  });

  it('needs its framework', async () => {
    await start(ECHO);
    const failure = run({ model: { ...MODEL, framework: 'pytorch' } });
    await expect(failure).rejects.toThrow('PyTorch is not installed in the Python at /there/python');
    await expect(failure).rejects.toMatchObject({ place: { hint: expect.stringContaining('Install torch there') as string } });
  });

  it('fails in the words of its framework, and the next run goes on', async () => {
    await start('hello(); on((request, payload) => (request.key === "bad" ? send({ kind: "error", id: request.id, message: "ValueError: no\\n  kernel", node: "conv" }) : done(request, payload)))');
    await expect(run({ key: 'bad' })).rejects.toMatchObject({ name: 'UserError', message: 'TensorFlow cannot run the model: ValueError: no kernel', place: { node: 'conv' } });
    expect(await run()).toEqual([vector(1, 2)]);
  });

  it.each([
    ['a crash', 'process.stderr.write("Traceback:\\nMemoryError: no memory\\n"); process.exit(1)', 'stopped: MemoryError: no memory'],
    ['text in its answer', 'process.stdout.write("I0000 note")', 'stopped: it wrote "I0000 note…" in place of an answer'],
    ['an unknown message', 'send({ kind: "surprise", id: request.id })', 'stopped: it sent a message of kind surprise'],
    ['a value of no index', 'send({ kind: "value", id: request.id })', 'stopped: it sent a message of kind value'],
    ['a tensor of other bytes', 'send({ kind: "done", id: request.id, tensors: [{ dtype: "float32", shape: [3], bytes: 8 }] }, payload)', 'not those of float32 of shape [3]'],
  ])('fails once for %s, and the next run starts Python again', async (_, body, message) => {
    const marker = join(folder, `${scripts}.failed`);
    await start(`hello(); const fs = require('node:fs'); on((request, payload) => {
      if (request.op !== 'run' || fs.existsSync(${JSON.stringify(marker)})) return done(request, payload);
      fs.writeFileSync(${JSON.stringify(marker)}, '');
      ${body};
    })`);
    const failure = run();
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(message);
    written = 0;
    expect(await run()).toEqual([vector(1, 2)]);
    expect(written).toBe(1);
  });

  it('shows values as they come, and fails with what the observer says of them', async () => {
    await start(`hello(); on((request, payload) => {
      if (request.op === 'run') for (const index of [0, 1]) send({ kind: 'value', id: request.id, index, tensors: request.tensors }, payload);
      done(request, payload);
    })`);
    const seen: unknown[] = [];
    await runner!.frameworks!.run('a 1', MODEL, [vector(1)], (...value) => seen.push(value), NO_PROGRESS);
    expect(seen).toEqual([[0, vector(1)], [1, vector(1)]]);
    await expect(run({ observe: () => { throw new UserError('It holds NaN'); } })).rejects.toThrow('It holds NaN');
    expect(await run()).toEqual([vector(1, 2)]);
  });

  it('is cancelled while it computes, and its process is gone', async () => {
    await start('hello(); on((request, payload) => (request.op === "run" && request.key === "endless" ? undefined : done(request, payload)))');
    let isCancelled = false;
    const progress: Progress = { report: () => {}, throwIfCancelled: () => { if (isCancelled) throw new CancelledError(); } };
    const running = run({ key: 'endless', progress });
    setTimeout(() => (isCancelled = true), 300);
    await expect(running).rejects.toThrow(CancelledError);
    written = 0;
    await run();
    expect(written).toBe(1); // By a new process, which did not have it.
  });

  it('leaves memory when nothing runs for a while', async () => {
    const pids = join(folder, 'pids');
    await start(`require('node:fs').appendFileSync(${JSON.stringify(pids)}, process.pid + '\\n'); ${ECHO}`, { idle: 50 });
    await run();
    const [first] = readFileSync(pids, 'utf8').split('\n').map(Number);
    while (isRunning(first!)) await new Promise((resolve) => setTimeout(resolve, 20));
    await run();
    expect(readFileSync(pids, 'utf8').trim().split('\n')).toHaveLength(2);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
