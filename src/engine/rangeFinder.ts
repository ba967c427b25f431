import { calibrate } from './calibration/calibrate';
import type { Ranges } from './calibration/ranges';
import { readRanges } from './calibration/rangesFile';
import type { TuningConfig } from './config/config';
import type { ConfigSource } from './conversion';
import { readArrays } from './data/npz';
import type { Dialect } from './dialect';
import { inFile, UserError } from './errors';
import { type Graph, type ValueRef, valueKey } from './graph/graph';
import type { ArraySource, ByteSource, ConversionHost, KernelRunner, RuntimeChoice } from './host';
import { describeRuntime, runtimeFor } from './runtime/ownFramework';

export interface RangeRequest {
  readonly graph: Graph;
  readonly dialect: Dialect;
  readonly config: TuningConfig;
  readonly source: ConfigSource;
  /** Path of the model: where relative paths start when there is no config file. */
  readonly model: string;
}

type Host = Pick<ConversionHost, 'progress' | 'openArrays' | 'openSource' | 'resolveBeside' | 'startKernels'>;

/** A run of the model: the values it looked at, and the ranges of those that calibration saw. */
interface CalibrationRun {
  /** What the ranges depend on, beside the graph. */
  readonly key: string;
  readonly graph: Graph;
  readonly asked: ReadonlySet<string>;
  readonly ranges: Ranges;
  readonly ranBy: string;
}

/** Ranges of the values that have one, and the values of which only a run of the model would tell. */
export interface KnownRanges {
  readonly ranges: Ranges;
  readonly unknown: readonly ValueRef[];
}

/** Kernels that were started, and for which choice of a runtime. */
interface Started {
  readonly choice: string;
  readonly kernels: Promise<KernelRunner>;
}

/** Finds the ranges of values: from a file recorded earlier, or by running the model on calibration data. */
export class RangeFinder {
  private started: Started | undefined;
  /** Reused while data and settings stay the same. */
  private last: CalibrationRun | undefined;
  /** What ran the model for the ranges found last, and why that; undefined where they came from a file. */
  ranBy: string | undefined;

  constructor(private readonly host: Host) {}

  canFind(config: TuningConfig, source: ConfigSource): boolean {
    return (source.calibration ?? config.calibration.data ?? config.calibration.ranges) !== undefined;
  }

  /** Throws UserError for data that is missing or does not fit the model. */
  async find(values: readonly ValueRef[], request: RangeRequest): Promise<Ranges> {
    const { ranges, data } = this.files(request);
    this.ranBy = undefined;
    if (ranges !== undefined) return this.recorded(ranges, values);
    const source = await this.host.openArrays(data!);
    const key = await keyOf(source, request);
    const run = this.lastOf(key, request);
    const missing = notAsked(values, run);
    const found = run !== undefined && missing.length === 0 ? run : await this.calibrated(data!, source, key, missing, request);
    this.ranBy = found.ranBy;
    return found.ranges;
  }

  /** Starts the embedded runtime if `find` will need it, and does not wait for it: other work goes on meanwhile. What goes wrong, `find` says. */
  async prepare(request: RangeRequest): Promise<void> {
    const { config, source, dialect } = request;
    if (this.last !== undefined || !this.canFind(config, source) || this.files(request).data === undefined) return;
    const runtime = runtimeFor(dialect, source.runtime);
    if (runtime?.kind !== 'python') (await this.start(runtime)).kernels.catch(() => {});
  }

  /** What `find` would give, as far as that is known without running the model. Data that `find` would refuse tells nothing. */
  async known(values: readonly ValueRef[], request: RangeRequest): Promise<KnownRanges> {
    const { ranges, data } = this.files(request);
    try {
      if (ranges !== undefined) return { ranges: await this.recorded(ranges, values), unknown: [] };
      const run = this.last === undefined ? undefined : this.lastOf(await keyOf(await this.host.openArrays(data!), request), request);
      return { ranges: run?.ranges ?? new Map(), unknown: notAsked(values, run) };
    } catch (error) {
      if (error instanceof UserError) return { ranges: new Map(), unknown: values };
      throw error;
    }
  }

  async close(): Promise<void> {
    const { started } = this;
    this.started = undefined;
    await (await started?.kernels.catch(() => undefined))?.close();
  }

  /** Those of the last time while the choice is the same; one that could not be started is tried anew. */
  private async kernelsOf(runtime: RuntimeChoice | undefined): Promise<KernelRunner> {
    const { kernels } = await this.start(runtime);
    return kernels.catch((error: unknown) => {
      this.started = undefined;
      throw error;
    });
  }

  private async start(runtime: RuntimeChoice | undefined): Promise<Started> {
    const choice = runtimeKey(runtime);
    if (this.started?.choice === choice) return this.started;
    await this.close();
    return (this.started = { choice, kernels: this.host.startKernels(runtime) });
  }

  /** The file that ranges come from: recorded ones, or data to run the model on. */
  private files({ config, source, model }: RangeRequest): { readonly ranges?: string; readonly data?: string } {
    const beside = (path: string): string => this.host.resolveBeside(source.path ?? model, path);
    const { ranges, data } = config.calibration;
    if (source.calibration !== undefined) return { data: source.calibration };
    return ranges === undefined ? { data: beside(data!) } : { ranges: beside(ranges) };
  }

  private async recorded(path: string, values: readonly ValueRef[]): Promise<Ranges> {
    const source = await this.host.openSource(path);
    const text = new TextDecoder().decode(await source.read(0, source.size));
    const ranges = await inFile(path, () => readRanges(text));
    if (values.some((value) => ranges.has(valueKey(value)))) return ranges;
    throw new UserError('None of its ranges belongs to a value of this model', { file: path, hint: 'Record the ranges with this model' });
  }

  private async calibrated(path: string, source: ArraySource, key: string, values: readonly ValueRef[], request: RangeRequest): Promise<CalibrationRun> {
    const { graph, dialect, config: { calibration: { sampling_size: samplingSize, algorithm } } } = request;
    const data = await inFile(path, () => readArrays(source));
    const runtime = runtimeFor(dialect, request.source.runtime);
    const kernels = await this.kernelsOf(runtime);
    const ranBy = describeRuntime(dialect, kernels, runtime);
    const found = await inFile(path, () => calibrate({ graph, dialect, values, data, samplingSize, algorithm, kernels, progress: this.host.progress }));
    const before = this.lastOf(key, request);
    const asked = new Set([...(before?.asked ?? []), ...values.map(valueKey)]);
    this.last = { key, graph, asked, ranges: new Map([...(before?.ranges ?? []), ...found]), ranBy };
    return this.last;
  }

  private lastOf(key: string, { graph }: RangeRequest): CalibrationRun | undefined {
    return this.last?.key === key && this.last.graph.nodes === graph.nodes ? this.last : undefined;
  }
}

function notAsked(values: readonly ValueRef[], run: CalibrationRun | undefined): readonly ValueRef[] {
  return run === undefined ? values : values.filter((value) => !run.asked.has(valueKey(value)));
}

/** Two choices with the same one are the same runtime. */
function runtimeKey(runtime: RuntimeChoice | undefined): string {
  return runtime?.kind === 'python' ? `python ${runtime.python ?? ''}` : 'embedded';
}

async function keyOf(source: ArraySource, { graph, dialect, config: { calibration }, source: { runtime } }: RangeRequest): Promise<string> {
  const inputs = graph.inputs.map((input) => input.name);
  const files: unknown[] = [];
  for (const file of [source].flat()) files.push([file.name, file.size, await checksum(file)]);
  return JSON.stringify([files, inputs, calibration.sampling_size, calibration.algorithm, runtimeKey(runtimeFor(dialect, runtime))]);
}

/** Bytes read at a time: a multiple of four. */
const PIECE = 1 << 22;

async function checksum(source: ByteSource): Promise<number> {
  let hash = 0x811c9dc5;
  for (let start = 0; start < source.size; start += PIECE) hash = hashOf(await source.read(start, Math.min(start + PIECE, source.size)), hash);
  return hash;
}

/** As FNV-1a, but by words, with a turn that lets the upper bits of each count everywhere: enough to notice that the data changed. */
function hashOf(bytes: Uint8Array, before: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let hash = before;
  for (let at = 0; at < bytes.length; at += at < whole ? 4 : 1) {
    const word = at < whole ? view.getInt32(at, true) : bytes[at]!;
    hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ word, 0x01000193);
  }
  return hash;
}
