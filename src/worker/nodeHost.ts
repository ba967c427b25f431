import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { UserError } from '../engine/errors';
import type { ArraySource, ByteSink, ByteSource, ConversionHost, FolderSink, Progress } from '../engine/host';
import { startKernels } from './kernelRunner';
import { startRuntime } from './runtime';

/** Node's limit for one read. */
const READ_CHUNK = 1 << 30;

/** Files, kernels and clock of Node for a conversion. `embedded` starts the kernels of the embedded runtime. */
export function nodeHost(progress: Progress, embedded: typeof startKernels = startKernels): ConversionHost {
  return {
    progress,
    openSource: openFileSource,
    openArrays,
    openSink: openFileSink,
    openFolderSink,
    modelFile,
    resolveBeside: (file, path) => (isAbsolute(path) ? path : join(dirname(file), path)),
    baseName: (path) => basename(path),
    startKernels: (runtime) => startRuntime(runtime, progress, embedded),
    now: () => performance.now() / 1000,
    peakMemoryMiB,
  };
}

/**
 * Peak resident memory of this process. Linux hands the peak of a process on to those it starts, as getrusage counts;
 * VmHWM of /proc/self/status (proc_pid_status(5)) belongs to the process alone.
 */
export function peakMemoryMiB(): number {
  const own = existsSync('/proc/self/status') ? /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) : null;
  return (own === null ? process.resourceUsage().maxRSS : Number(own[1])) / 1024;
}

/** A file for reading; opened for each read, so that nothing has to be closed. Throws UserError when it cannot be read. */
export async function openFileSource(path: string): Promise<ByteSource> {
  const info = await stat(path).catch((error: unknown) => {
    throw cannot('read', path, error);
  });
  if (!info.isFile()) throw new UserError('This is a folder, not a file', { file: path });
  return {
    name: path,
    size: info.size,
    async read(start, end) {
      const file = await open(path).catch((error: unknown) => {
        throw cannot('read', path, error);
      });
      try {
        return await readFully(file, path, start, end);
      } finally {
        await file.close();
      }
    },
    readNow: (start, end) => readNow(path, info, start, end),
  };
}

function readNow(path: string, opened: Stats, start: number, end: number): Uint8Array {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw cannot('read', path, error);
  }
  try {
    const { ino, size, mtimeMs } = fstatSync(file);
    if (ino !== opened.ino || size !== opened.size || mtimeMs !== opened.mtimeMs) throw new UserError('The file has changed since the model was opened', { file: path, hint: 'Open the model again' });
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length;) {
      const bytesRead = readSync(file, bytes, done, Math.min(READ_CHUNK, bytes.length - done), start + done);
      if (bytesRead === 0) throw shorter(path);
      done += bytesRead;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

function shorter(path: string): UserError {
  return new UserError('The file became shorter while it was read', { file: path, hint: 'Open it again' });
}

/** See ConversionHost. Of files in the order of their names. */
export async function openArrays(path: string): Promise<ArraySource> {
  const isFolder = await stat(path).then((info) => info.isDirectory(), () => false);
  if (!isFolder) return openFileSource(path);
  const names = (await readdir(path)).filter((name) => name.endsWith('.npy')).sort();
  return Promise.all(names.map((name) => openFileSource(join(path, name))));
}

async function readFully(file: FileHandle, path: string, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(READ_CHUNK, bytes.length - done), start + done);
    if (bytesRead === 0) throw shorter(path);
    done += bytesRead;
  }
  return bytes;
}

/**
 * A file for writing that takes its final name only when it is complete: it is written beside the target under a
 * temporary name, flushed, and renamed, which replaces the target in one step. Throws UserError for an existing target
 * unless `overwrite`, and for a folder that cannot be written.
 */
export async function openFileSink(path: string, overwrite: boolean): Promise<ByteSink> {
  if (!overwrite && (await exists(path))) {
    throw new UserError('The file exists already', { file: path, hint: 'Choose another name or allow overwriting (--force)' });
  }
  const temporary = besideTarget(path, 'tmp');
  const sink = await openNew(temporary, path);
  return {
    ...sink,
    async commit() {
      await sink.commit();
      await rename(temporary, path);
    },
  };
}

/** A hidden name in the folder of `path`. */
function besideTarget(path: string, ending: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.${ending}`);
}

/** A new file under its own name, which goes when it is aborted; errors name `shown`. */
async function openNew(path: string, shown: string): Promise<ByteSink> {
  const fail = (error: unknown): never => {
    throw cannot('write', shown, error);
  };
  const file = await open(path, 'wx').catch(fail);
  return {
    async append(bytes) {
      await file.writeFile(bytes).catch(fail);
    },
    async commit() {
      await file.sync();
      await file.close();
    },
    async abort() {
      await file.close().catch(() => {});
      await rm(path, { force: true });
    },
  };
}

/**
 * A folder for writing that takes its final name only when it is complete: its files are written to a hidden folder beside
 * the target, which then is renamed. A folder that is replaced is moved aside first and removed last.
 */
export async function openFolderSink(path: string, overwrite: boolean, files: readonly string[]): Promise<FolderSink> {
  const target = path.replace(/[\\/]+$/, '');
  const isThere = await exists(target);
  if (isThere && !overwrite) {
    throw new UserError('The folder exists already', { file: target, hint: 'Choose another name or allow overwriting (--force)' });
  }
  if (isThere) {
    const names = await readdir(target).catch((error: unknown) => {
      throw cannot('write', target, error);
    });
    if (names.length > 0 && !names.some((name) => files.includes(name))) {
      throw new UserError('The folder holds other things than a model, so it is not replaced', { file: target, hint: 'Choose another name' });
    }
  }
  const temporary = besideTarget(target, 'tmp');
  await mkdir(temporary).catch((error: unknown) => {
    throw cannot('write', target, error);
  });
  const sinks: ByteSink[] = [];
  return {
    async file(name) {
      const file = join(temporary, name);
      await mkdir(dirname(file), { recursive: true });
      const sink = await openNew(file, join(target, name));
      sinks.push(sink);
      return sink;
    },
    async commit() {
      const old = besideTarget(target, 'old');
      if (isThere) await rename(target, old);
      await rename(temporary, target).catch(async (error: unknown) => {
        if (isThere) await rename(old, target);
        throw cannot('write', target, error);
      });
      await rm(old, { recursive: true, force: true });
    },
    async abort() {
      for (const sink of sinks) await sink.abort();
      await rm(temporary, { recursive: true, force: true });
    },
  };
}

/** See ConversionHost. */
export async function modelFile(path: string, names: readonly string[]): Promise<string> {
  const info = await stat(path).catch((error: unknown) => {
    throw cannot('read', path, error);
  });
  if (!info.isDirectory()) return path;
  const there = new Set(await readdir(path));
  const name = names.find((candidate) => there.has(candidate));
  if (name !== undefined) return join(path, name);
  throw new UserError(`The folder holds no model (no ${names.join(', ')})`, { file: path, hint: 'Choose a model file or the folder of a SavedModel' });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder', EACCES: 'permission denied', EPERM: 'permission denied',
  EISDIR: 'it is a folder', ENOTDIR: 'it is a file', ENOSPC: 'the disk is full', EROFS: 'the disk is read-only',
};

function cannot(verb: 'read' | 'write', path: string, error: unknown): UserError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new UserError(`Cannot ${verb} it: ${CAUSES[code] ?? String(error)}`, { file: path });
}
