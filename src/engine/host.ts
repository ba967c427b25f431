import type { Tensor } from './graph/tensor';

/** Random-access bytes of one file. Implemented beside the worker and the CLI. */
export interface ByteSource {
  /** Shown in messages. */
  readonly name: string;
  readonly size: number;
  /** Bytes [start, end). Fails with UserError when the file became shorter. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/**
 * Opens another file of a model by its path from the folder of the file that was opened. Fails with UserError for a path
 * that leads out of that folder and for a file that cannot be read.
 */
export type OpenBeside = (path: string) => Promise<ByteSource>;

/** Where a file is written: nothing is visible under the final name before `commit`. */
export interface ByteSink {
  append(bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Where a folder of files is written: after `commit` it is there complete, before that not at all. */
export interface FolderSink {
  /** A file of the folder, by its path in it. */
  file(path: string): Promise<ByteSink>;
  /** All files must be committed. */
  commit(): Promise<void>;
  /** Of the files as well. */
  abort(): Promise<void>;
}

/** Runs small ONNX models: the executor's heavy kernels. Implemented on onnxruntime beside the worker and the CLI. */
export interface KernelRunner {
  /** Shown to the user: which engine runs the model. */
  readonly description: string;
  /**
   * Runs `model` (a serialised ONNX ModelProto, or its parts; the same `key` always means the same bytes, so that sessions
   * are cached). Whole models are given in parts, which are not joined in this process, and may use all cores. `inputs` and the result are in the order of the ONNX graph's inputs and outputs.
   */
  run(key: string, model: () => Uint8Array | Iterable<Uint8Array>, inputs: readonly Tensor[]): Promise<Tensor[]>;
  /** Ends what runs now, at once: it fails, and so does what waits behind it. A later run starts afresh. */
  interrupt?(): void;
  /** Drops the cached sessions whose keys start with `prefix`. */
  forget(prefix: string): void;
  close(): Promise<void>;
}

/** Progress of long work, and the way to stop it. */
export interface Progress {
  /** Called as often as is convenient; the receiver limits the rate. `fraction` is in 0…1 where the end is known. */
  report(message: string, fraction?: number): void;
  /** Throws CancelledError once the user has cancelled. Cheap: call it between pieces of work of at most some 50 ms. */
  throwIfCancelled(): void;
}

/** Progress for callers that show none and never cancel. */
export const NO_PROGRESS: Progress = { report: () => {}, throwIfCancelled: () => {} };

const CALLS_PER_CHECK = 4096;

/** To be called once per node of a long loop: asks `throwIfCancelled` now and then. */
export function cancelCheck(progress: Progress): () => void {
  let calls = 0;
  return () => {
    if (calls++ % CALLS_PER_CHECK === 0) progress.throwIfCancelled();
  };
}

/** The outside world as a conversion needs it; implemented beside the worker and the CLI. */
export interface ConversionHost {
  readonly progress: Progress;
  openSource(path: string): Promise<ByteSource>;
  /** Refuses an existing file with UserError unless `overwrite`. */
  openSink(path: string, overwrite: boolean): Promise<ByteSink>;
  /**
   * Refuses with UserError a folder that exists unless `overwrite`, and even then one that is neither empty nor holds a file
   * named as one of `files`: what is replaced must be a model.
   */
  openFolderSink(path: string, overwrite: boolean, files: readonly string[]): Promise<FolderSink>;
  /** The path itself, or, for a folder, that of the first of `names` in it. Throws UserError for a folder with none of them. */
  modelFile(path: string, names: readonly string[]): Promise<string>;
  /** `path` as seen from the folder of `file`. */
  resolveBeside(file: string, path: string): string;
  baseName(path: string): string;
  startKernels(): Promise<KernelRunner>;
  /** Seconds of a clock that only moves forwards. */
  now(): number;
  peakMemoryMiB(): number;
}
