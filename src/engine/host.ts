import type { ModelFile, OwnRuntime } from './modelRun';
import type { Tensor } from './graph/tensor';

/** Random-access bytes of one file. Implemented beside the worker and the CLI. */
export interface ByteSource {
  /** Shown in messages. */
  readonly name: string;
  readonly size: number;
  /** Bytes [start, end). Fails with UserError when the file became shorter. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** The same without waiting, for bytes that stay in the file until they are needed. Also fails where the file is no longer the one that was opened. */
  readonly readNow?: (start: number, end: number) => Uint8Array;
}

/** Arrays: one `.npz` file, or `.npy` files that are called after them. */
export type ArraySource = ByteSource | readonly ByteSource[];

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

/** A serialised model in parts, which are never joined in this process: the ModelProto, and the file of its external data. */
export interface ModelInParts {
  readonly model: Iterable<Uint8Array>;
  readonly weights: Iterable<Uint8Array>;
}

/** What a `ModelInParts` calls the file of its external data. */
export const WEIGHTS_FILE = 'weights';

/** Runs small ONNX models: the executor's heavy kernels. Implemented on onnxruntime beside the worker and the CLI. */
export interface KernelRunner {
  /** Shown to the user: which engine runs the model. */
  readonly description: string;
  /**
   * Runs `model` (a serialised ONNX ModelProto, or a whole model; the same `key` always means the same bytes, so that sessions
   * are cached). Whole models may use all cores. `inputs` and the result are in the order of the ONNX graph's inputs and outputs.
   */
  run(key: string, model: () => Uint8Array | ModelInParts, inputs: readonly Tensor[]): Promise<Tensor[]>;
  /** Ends what runs now, at once: it fails, and so does what waits behind it. A later run starts afresh. */
  interrupt?(): void;
  /** Drops the cached sessions whose keys start with `prefix`. */
  forget(prefix: string): void;
  close(): Promise<void>;
  /** Runs whole models in the executor's place, where their framework is there. */
  readonly frameworks?: FrameworkRunner;
}

/** What is to run models: the embedded executor, or the frameworks themselves in a Python of the user's. */
export interface RuntimeChoice {
  readonly kind: 'embedded' | 'python';
  /** The Python to start. Default: the first of the PATH. */
  readonly python?: string;
  /** Why this one, to be read behind "because". */
  readonly why?: string;
}

/** Leave to run code of the user's own, such as a metric. Without it none is run. */
export interface OwnCode {
  /** The Python to start for what is written in it. Default: the first of the PATH. */
  readonly python?: string;
}

/** A model in a file of its framework, and what is wanted of each run. Values go by their names there. */
export interface FrameworkModel extends Pick<ModelFile, 'write'> {
  readonly framework: OwnRuntime['framework'];
  readonly feeds: readonly string[];
  readonly fetches: readonly string[];
  readonly observed: readonly string[];
  /** Of observed values only the extremes are wanted, under the shape of the whole: two elements, NaN where the value is not finite. */
  readonly extremesOnly: boolean;
}

/** Runs models in their own framework. Implemented on the user's Python beside the worker and the CLI. */
export interface FrameworkRunner {
  /** Shown to the user, such as `TensorFlow 2.21.0 in Python 3.11.7`. */
  describe(framework: FrameworkModel['framework']): string;
  /**
   * Runs `model` (the same `key` always means the same model, which is loaded once). `feeds` and the result are in the order of
   * the model's. `observe` is told each observed value by its index. Throws UserError when the framework is missing or refuses
   * the model, CancelledError within a second of the user's wish.
   */
  run(key: string, model: FrameworkModel, feeds: readonly Tensor[], observe: (index: number, tensor: Tensor) => void, progress: Progress): Promise<Tensor[]>;
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
  /** The `.npz` file at a path, or all `.npy` files in the folder there. */
  openArrays(path: string): Promise<ArraySource>;
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
  startKernels(runtime?: RuntimeChoice): Promise<KernelRunner>;
  /** Seconds of a clock that only moves forwards. */
  now(): number;
  peakMemoryMiB(): number;
}
