import { calibrate } from './calibration/calibrate';
import type { Ranges } from './calibration/ranges';
import { readRanges } from './calibration/rangesFile';
import type { TuningConfig } from './config/config';
import type { ConfigSource } from './conversion';
import { readNpz } from './data/npz';
import type { Dialect } from './dialect';
import { UserError } from './errors';
import { type Graph, type ValueRef, valueKey } from './graph/graph';
import type { ByteSource, ConversionHost, KernelRunner } from './host';

export interface RangeRequest {
  readonly graph: Graph;
  readonly dialect: Dialect;
  readonly config: TuningConfig;
  readonly source: ConfigSource;
  /** Path of the model: where relative paths start when there is no config file. */
  readonly model: string;
}

type Host = Pick<ConversionHost, 'progress' | 'openSource' | 'resolveBeside' | 'startKernels'>;

/** Finds the ranges of values: from a file recorded earlier, or by running the model on calibration data. */
export class RangeFinder {
  private kernels: Promise<KernelRunner> | undefined;
  /** Ranges of the last run of the model, reused while data and settings stay the same. */
  private last: { readonly key: string; readonly graph: Graph; readonly ranges: Ranges } | undefined;

  constructor(private readonly host: Host) {}

  canFind(config: TuningConfig, source: ConfigSource): boolean {
    return (source.calibration ?? config.calibration.data ?? config.calibration.ranges) !== undefined;
  }

  /** Throws UserError for data that is missing or does not fit the model. */
  async find(values: readonly ValueRef[], request: RangeRequest): Promise<Ranges> {
    const { config, source, model } = request;
    const beside = (path: string): string => this.host.resolveBeside(source.path ?? model, path);
    const { ranges, data } = config.calibration;
    if (source.calibration === undefined && ranges !== undefined) return this.recorded(beside(ranges), values);
    return this.calibrated(source.calibration ?? beside(data!), values, request);
  }

  async close(): Promise<void> {
    const kernels = this.kernels;
    this.kernels = undefined;
    await (await kernels)?.close();
  }

  private async recorded(path: string, values: readonly ValueRef[]): Promise<Ranges> {
    const text = new TextDecoder().decode(await this.readAll(path));
    const ranges = await inFile(path, () => readRanges(text));
    if (values.some((value) => ranges.has(valueKey(value)))) return ranges;
    throw new UserError('None of its ranges belongs to a value of this model', { file: path, hint: 'Record the ranges with this model' });
  }

  private async calibrated(path: string, values: readonly ValueRef[], { graph, dialect, config }: RangeRequest): Promise<Ranges> {
    const bytes = await this.readAll(path);
    const inputs = graph.inputs.map((input) => input.name);
    const key = JSON.stringify([path, bytes.length, checksum(bytes), inputs, config.calibration.sampling_size, config.calibration.algorithm]);
    const known = this.last?.key === key && this.last.graph.nodes === graph.nodes ? this.last.ranges : undefined;
    if (known !== undefined && values.every((value) => known.has(valueKey(value)))) return known;
    const data = await inFile(path, () => readNpz(bytes));
    this.kernels ??= this.host.startKernels();
    const kernels = await this.kernels;
    const { sampling_size: samplingSize, algorithm } = config.calibration;
    const found = await inFile(path, () => calibrate({ graph, dialect, values, data, samplingSize, algorithm, kernels, progress: this.host.progress }));
    const ranges = new Map([...(known ?? []), ...found]);
    this.last = { key, graph, ranges };
    return ranges;
  }

  private async readAll(path: string): Promise<Uint8Array> {
    const source: ByteSource = await this.host.openSource(path);
    return source.read(0, source.size);
  }
}

/** FNV-1a, enough to notice that the data changed. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Does the work; an error of the user's data names the file. */
async function inFile<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UserError ? error.at({ file }) : error;
  }
}
