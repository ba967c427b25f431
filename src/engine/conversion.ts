import type { Bf16Form, DataView, GraphTables, NodeDetails, OpQuery, OpTypeRow, PrecisionCounts, Int8Form, PytorchMode, SnapshotTables } from '../../webview/protocol';
import type { TuningConfig } from './config/config';
import type { ImportNote } from './config/neuralCompressor/notes';
import type { ConfigProblem } from './config/problem';
import type { OwnCode, RuntimeChoice } from './host';
import type { Warning } from './plan';
import type { PhaseName } from './snapshot';

/** The report of `convert` and `plan`; see the README for the meaning of each number. */
export interface Report {
  readonly model: {
    readonly format: string;
    readonly nodes: number;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    /** Absent for formats without. */
    readonly signatures?: readonly string[];
  };
  readonly phases: readonly {
    readonly phase: PhaseName;
    readonly seconds: number;
    readonly precision: PrecisionCounts;
    readonly casts: number;
    readonly quantizes: number;
    readonly dequantizes: number;
    readonly changes: number;
  }[];
  readonly casts: { readonly inserted: number; readonly folded: number; readonly remaining: number; readonly lowerBound: number | null };
  readonly warnings: readonly Warning[];
  /** What ran the model for the ranges of INT8, and why that; left out where nothing ran it. */
  readonly calibratedBy?: string;
  readonly peakMemoryMiB: number;
}

/** What a config would make of the open model: the numbers of the report after all phases. */
export interface Outcome {
  readonly precision: PrecisionCounts;
  readonly casts: Report['casts'];
  /** Ranges INT8 needs are not known yet: the numbers hold if calibration sees every value. */
  readonly assumesRanges: boolean;
}

/** A change with the names of its nodes. */
export interface NamedChange {
  readonly rule: string;
  readonly reason: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Changed in place. */
  readonly changed: readonly string[];
  readonly changesNumerics: boolean;
}

/** What a config comes to on the open model. */
export interface PlanView {
  /** The config in force: the last valid one while the file is faulty. */
  readonly config: TuningConfig;
  readonly isFaulty: boolean;
  /** What is converted as a whole; absent where models are not made of modules. */
  readonly pytorchMode?: PytorchMode;
  /** How BF16 ops are written; absent where there is one way only. */
  readonly bf16Form?: Bf16Form;
  /** How INT8 ops are written; absent where there is one way only. */
  readonly int8Form?: Int8Form;
  readonly opTypes: readonly OpTypeRow[];
  /** The framework's patterns of sensitive arithmetic, with how many ops of the model are part of each. */
  readonly sensitiveOps: readonly { readonly name: string; readonly reason: string; readonly count: number }[];
  readonly warnings: readonly Warning[];
  /** What is wrong with the file as it is now, also where only the model tells. */
  readonly problems: readonly ConfigProblem[];
}

/** What a changed config makes of the open model. */
export interface AppliedConfig extends PlanView {
  /** `matches`: how many ops `find` finds. */
  readonly overrides: readonly { readonly pattern: string; readonly matches: number }[];
  /** Snapshots that stay: the phases that made them would make the same again. A faulty config leaves them all. */
  readonly snapshots: number;
  /** The picture of those, where the config names other inputs or outputs than before. */
  readonly graph?: GraphTables;
}

/**
 * One open model and its phases, as the worker serves it to the extension host and the CLI uses it directly.
 * Every method fails with UserError when the model, its data or the config is at fault. A phase that fails or is
 * cancelled leaves the snapshots as they were.
 */
export interface ConversionApi {
  /** Opens a model file; `outputs`, `inputs` of the config apply. */
  open(path: string, config: ConfigSource): Promise<GraphTables>;
  /** Applies a changed config: the plan is new, and the snapshots from the first phase on that it affects are dropped. */
  setConfig(config: ConfigSource): Promise<AppliedConfig>;
  /**
   * What-if: what all phases would make of the opened model under a config, without running the model, and without any
   * effect on the conversion. Undefined for a config under which no phase runs: a faulty one, or one that names an op type
   * that does not exist.
   */
  preview(config: ConfigSource): Promise<Outcome | undefined>;
  /** The ops a query means, as nodes of the picture in ascending order. Fails for a pattern that is no regular expression. */
  find(query: OpQuery): Promise<Int32Array>;
  /** Text of a config file that says what one of Neural Compressor does, and what of that it cannot say. The end of `file` tells YAML from Python. */
  importConfig(text: string, file: string): Promise<{ readonly text: string; readonly notes: readonly ImportNote[] }>;
  /** What is in a file of calibration data, and how it fits the model's inputs. `path` absolute. */
  describeData(path: string): Promise<DataView>;
  /**
   * Runs the opened model on the calibration data; resolves to the text of a ranges file (`calibration.ranges`) with the values
   * of every op that could be INT8, by their names in the opened model. Phases after it need no second run.
   */
  recordRanges(): Promise<string>;
  /** Runs the next phase; resolves to its snapshot. */
  runPhase(): Promise<SnapshotTables>;
  /** Drops the last snapshot. */
  stepBack(): Promise<void>;
  /** Drops all but the opened model. */
  reset(): Promise<void>;
  details(node: string, snapshot: number): Promise<NodeDetails>;
  report(): Promise<Report>;
  /** Writes the newest snapshot; atomic. Refuses an existing file unless `overwrite`. */
  save(path: string, overwrite: boolean): Promise<void>;
}

/** One open model and its phases as programs see them: numbers and names, without the picture. Fails as ConversionApi does. */
export interface ProgramApi extends Pick<ConversionApi, 'preview' | 'report' | 'save'> {
  open(path: string, config: ConfigSource): Promise<void>;
  setConfig(config: ConfigSource): Promise<PlanView>;
  runPhase(): Promise<void>;
  /** The changes of the phase that made a snapshot, in order. */
  changes(snapshot: number): Promise<readonly NamedChange[]>;
  /** Of the node with a name in the newest snapshot that has one. */
  details(name: string): Promise<NodeDetails>;
}

export interface ConfigSource {
  /** JSON text of the config file, or undefined for the defaults. */
  readonly text: string | undefined;
  /** Path of the config file: relative paths in it start from its folder. */
  readonly path: string | undefined;
  /** Calibration data given outside the config; wins over `calibration.data`. Absolute. */
  readonly calibration?: string;
  /** What runs the model. Default: the embedded runtime. */
  readonly runtime?: RuntimeChoice;
  /** Whether code that the config names may run. Default: it may not. */
  readonly ownCode?: OwnCode;
}
