import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../engine/errors';
import type { ByteSink, FrameworkModel, KernelRunner, Progress } from '../engine/host';
import { PythonError, type PythonInfo, type PythonOptions, type PythonProcess, startPython } from './pythonProcess';

export interface RunnerOptions extends Omit<PythonOptions, 'progress'> {
  /** Milliseconds without a run after which the process ends, which returns its memory; the next run starts it again. */
  readonly idle?: number;
}

const IDLE = 120_000;

interface Framework {
  readonly title: string;
  /** What Python imports, and what pip installs. */
  readonly module: string;
  readonly form: string;
  readonly extension: string;
}

const FRAMEWORKS: Readonly<Record<FrameworkModel['framework'], Framework>> = {
  tensorflow: { title: 'TensorFlow', module: 'tensorflow', form: 'graph-def', extension: '.pb' },
  pytorch: { title: 'PyTorch', module: 'torch', form: 'exported-program', extension: '.pt2' },
};

/** Starts the user's Python to run models in their own framework. Throws UserError when none can be started. Call `close` when done. */
export async function startPythonRunner(options: RunnerOptions, progress: Progress): Promise<KernelRunner> {
  let current: PythonProcess = await startPython({ ...options, progress });
  const { info } = current;
  /** Models the present process holds. */
  let loaded = new Set<string>();
  let runs = 0;
  let timer: NodeJS.Timeout | undefined;

  const living = async (): Promise<PythonProcess> => {
    if (current.isAlive) return current;
    loaded = new Set();
    return (current = await startPython({ ...options, progress }));
  };
  const inUse = async <T>(work: () => Promise<T>): Promise<T> => {
    clearTimeout(timer);
    runs++;
    try {
      return await work();
    } finally {
      if (--runs === 0) timer = setTimeout(() => current.end(), options.idle ?? IDLE).unref();
    }
  };

  return {
    description: describePython(info),
    frameworks: {
      describe: (framework) => `${FRAMEWORKS[framework].title} ${info.frameworks[FRAMEWORKS[framework].module] ?? ''} in ${describePython(info)}`.replace('  ', ' '),
      run: (key, model, feeds, observe, own) => inUse(async () => {
        requireFramework(model.framework, info);
        const python = await living();
        try {
          if (!loaded.has(key)) await load(python, key, model, own);
          loaded.add(key);
          const { tensors } = await python.request({ op: 'run', key }, feeds, { progress: own, onValue: observe });
          return [...tensors];
        } catch (error) {
          throw inWordsOf(model.framework, error);
        }
      }),
    },
    run: () => Promise.reject(new Error('Python runs models of frameworks, not kernels')),
    forget(prefix) {
      for (const key of loaded) {
        if (!key.startsWith(prefix)) continue;
        loaded.delete(key);
        if (current.isAlive) current.request({ op: 'unload', key }, [], { progress }).catch(() => {}); // It goes with its process otherwise.
      }
    },
    async close() {
      clearTimeout(timer);
      current.end();
    },
  };
}

/** Writes the model to a file for a moment: a file larger than memory has room for is read piece by piece. */
async function load(python: PythonProcess, key: string, model: FrameworkModel, progress: Progress): Promise<void> {
  const { form, extension } = FRAMEWORKS[model.framework];
  const path = join(tmpdir(), `mixed-precision-${randomBytes(8).toString('hex')}${extension}`);
  const file = await open(path, 'wx', 0o600);
  const close = (): Promise<void> => file.close();
  try {
    const sink: ByteSink = { append: (bytes) => file.writeFile(bytes), commit: close, abort: close };
    await model.write(sink, { report: () => {}, throwIfCancelled: () => progress.throwIfCancelled() }).finally(close);
    const { feeds, fetches, observed, extremesOnly } = model;
    await python.request({ op: 'load', key, form, path, feeds, fetches, observed, extremes: extremesOnly }, [], { progress });
  } finally {
    await rm(path, { force: true });
  }
}

function describePython({ python, executable }: PythonInfo): string {
  return `Python ${python} (${executable})`;
}

function requireFramework(framework: FrameworkModel['framework'], { frameworks, executable }: PythonInfo): void {
  const { title, module } = FRAMEWORKS[framework];
  if (typeof frameworks[module] === 'string') return;
  throw new UserError(`${title} is not installed in the Python at ${executable}`, {
    hint: `Install ${module} there, name another Python with --python (in VS Code: the setting mixedPrecision.python), or use the embedded runtime`,
  });
}

/** What a framework says can be long: its first lines tell. */
const MOST_WORDS = 400;

function inWordsOf(framework: FrameworkModel['framework'], error: unknown): unknown {
  if (!(error instanceof PythonError)) return error;
  const words = error.message.replace(/\s+/g, ' ').slice(0, MOST_WORDS);
  return new UserError(`${FRAMEWORKS[framework].title} cannot run the model: ${words}`, { node: error.node, hint: 'Check the model and its inputs, or use the embedded runtime' });
}
