// Child process that runs small ONNX models. A native crash ends this process only, and its memory goes back to the system.
import { readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import type { Tensor, TensorData } from '../engine/graph/tensor';
import { WEIGHTS_FILE } from '../engine/host';
import { endWithParent, isWatcher, watchLifeline } from './lifeline';
import { type ForgetRequest, type KernelMessage, type KernelRequest, MODEL_FILE } from './kernelProtocol';

type Ort = typeof import('onnxruntime-web');

/** Sessions are kept up to this many bytes of models, the least recently used go first. */
const MAX_CACHED_BYTES = 1 << 30;
const MAX_CACHED_SESSIONS = 2000;
const MOST_THREADS = 8;

// `basic`: fused INT8 kernels saturate on CPUs without VNNI.
const OPTIONS = { graphOptimizationLevel: 'basic', logSeverityLevel: 3 } as const;
/** Of kernels there are many, and each would have threads of its own. */
const KERNEL_OPTIONS: InferenceSession.SessionOptions = { ...OPTIONS, intraOpNumThreads: 1 };
/**
 * A whole model may use all cores, but its threads sleep while they wait: spinning takes from this machine's other work 2/3 as
 * much time again as the model. Nor does it keep memory for its next run: that of a model with large values is what the process takes most.
 */
const WHOLE_MODEL_OPTIONS: InferenceSession.SessionOptions = {
  ...OPTIONS, intraOpNumThreads: Math.min(MOST_THREADS, availableParallelism()), enableCpuMemArena: false, enableMemPattern: false,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

interface CachedSession {
  readonly session: InferenceSession;
  readonly bytes: number;
}

async function loadNode(): Promise<Ort> {
  return await import('onnxruntime-node');
}

async function loadWeb(): Promise<Ort> {
  const ort = await import('onnxruntime-web');
  // One thread: WASM threads need a browser's cross-origin isolation, and do not start reliably in Node.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = pathToFileURL(`${__dirname}/`).href;
  return ort;
}

async function load(engine: string | undefined): Promise<{ ort: Ort; description: string; providers: string[] }> {
  if (engine !== 'web') {
    try {
      const ort = await loadNode();
      return { ort, description: `onnxruntime-node ${ort.env.versions.common} (native)`, providers: ['cpu'] };
    } catch (error) {
      if (engine === 'node') throw error;
    }
  }
  const ort = await loadWeb();
  return { ort, description: `onnxruntime-web ${ort.env.versions.common} (WASM)`, providers: ['wasm'] };
}

function send(message: KernelMessage): void {
  process.send!(message);
}

async function serve(): Promise<void> {
  const lifeline = endWithParent(__filename);
  const { ort, description, providers } = await load(process.argv[2]);
  const sessions = new Map<string, CachedSession>();
  let cachedBytes = 0;

  const drop = async (key: string): Promise<void> => {
    const { session, bytes } = sessions.get(key)!;
    sessions.delete(key);
    cachedBytes -= bytes;
    await session.release();
  };

  const create = async (model: Uint8Array | undefined, folder: string | undefined): Promise<CachedSession> => {
    const options = { executionProviders: providers, ...(folder === undefined ? KERNEL_OPTIONS : WHOLE_MODEL_OPTIONS) };
    if (folder === undefined) return { session: await ort.InferenceSession.create(model!, options), bytes: model!.length };
    const [file, weights] = [join(folder, MODEL_FILE), join(folder, WEIGHTS_FILE)];
    lifeline.hold(folder);
    try {
      const bytes = (await stat(file)).size + (await stat(weights)).size;
      if (providers.includes('cpu')) return { session: await ort.InferenceSession.create(file, options), bytes };
      // The engine in WASM knows no files.
      const externalData = [{ path: WEIGHTS_FILE, data: await readFile(weights) }];
      return { session: await ort.InferenceSession.create(await readFile(file), { ...options, externalData }), bytes };
    } finally {
      // Some systems keep a file while it is mapped: then whoever wrote it removes it once this process has ended.
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      lifeline.release(folder);
    }
  };

  const sessionOf = async (request: KernelRequest): Promise<InferenceSession | undefined> => {
    const cached = sessions.get(request.key);
    if (cached !== undefined) {
      sessions.delete(request.key);
      sessions.set(request.key, cached);
      return cached.session;
    }
    const { model, modelFolder } = request;
    if (model === undefined && modelFolder === undefined) return undefined;
    const created = await create(model, modelFolder);
    sessions.set(request.key, created);
    cachedBytes += created.bytes;
    for (const key of sessions.keys()) {
      if (key === request.key || (cachedBytes <= MAX_CACHED_BYTES && sessions.size <= MAX_CACHED_SESSIONS)) break;
      await drop(key);
    }
    return created.session;
  };

  const answer = async (request: KernelRequest): Promise<KernelMessage> => {
    try {
      const session = await sessionOf(request);
      if (session === undefined) return { kind: 'modelNeeded', id: request.id };
      const feeds: Record<string, OrtTensor> = {};
      session.inputNames.forEach((name, index) => {
        const { dtype, data, shape } = request.inputs[index]!;
        feeds[name] = new ort.Tensor(dtype as 'float32', data as Float32Array, shape);
      });
      const results = await session.run(feeds);
      const outputs = session.outputNames.map((name): Tensor => {
        const { type, dims, data } = results[name]!;
        return { dtype: type, shape: [...dims], data: data as TensorData };
      });
      return { kind: 'result', id: request.id, outputs };
    } catch (error) {
      return { kind: 'error', id: request.id, message: (error as Error).message };
    }
  };

  let last: Promise<void> = Promise.resolve();
  process.on('message', (request: KernelRequest | ForgetRequest) => {
    last = last.then(async () => {
      if ('id' in request) return send(await answer(request));
      for (const key of [...sessions.keys()]) if (key.startsWith(request.forget)) await drop(key);
    });
  });
  send({ kind: 'ready', description });
}

if (isWatcher) watchLifeline();
else {
  process.on('disconnect', () => process.exit(0));
  serve().catch((error: Error) => send({ kind: 'failed', message: error.message }));
}
