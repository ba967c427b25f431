import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A graph written by the judge: its file, an `.npz` with arrays for its inputs, and the names of its outputs. */
export interface BuiltGraph {
  readonly model: string;
  readonly inputs: string;
  readonly feeds: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: number;
}

export interface DescribedNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** Types by NumPy's names; other kinds as JSON, or the name of the kind. */
  readonly attributes: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export interface DescribedModel {
  readonly versions: { readonly producer: number; readonly minConsumer: number; readonly badConsumers: readonly number[] };
  readonly functions: readonly string[];
  readonly nodes: readonly DescribedNode[];
}

/** Of one output, [original, converted]. The error fields are absent for integers, strings and differing shapes. */
export interface ErrorStatistics {
  readonly dtypes: readonly [string, string];
  readonly shapes: readonly [readonly number[], readonly number[]];
  readonly equal: boolean;
  /** Elements that differ, for integers and booleans. */
  readonly differing?: number;
  readonly size?: number;
  readonly maxAbsError?: number;
  /** Root mean square of the original's values. */
  readonly rms?: number;
  /** RMS of the difference over RMS of the original. */
  readonly relativeRms?: number;
  readonly sqnrDb?: number;
  readonly nonFiniteDiffer?: number;
}

export interface Comparison {
  readonly outputs: Readonly<Record<string, ErrorStatistics>>;
  readonly accuracy?: { readonly original: number; readonly converted: number };
}

export interface SavedModelComparison {
  readonly outputs: Readonly<Record<string, ErrorStatistics>>;
  /** Of the original on inputs rounded to BF16: how far outputs move that nothing else is done to. */
  readonly inputRounding: Readonly<Record<string, ErrorStatistics>>;
  /** Names, types and shapes of inputs and outputs are those of the original. */
  readonly sameSignature: boolean;
  readonly hasVariables: boolean;
}

interface Feeding {
  /** `.npz` or `.safetensors`. */
  readonly inputs: string;
  readonly feeds: readonly string[];
  readonly fetches: readonly string[];
}

/** An op of a graph with Quantize and Dequantize, or an INT8 kernel; see int8_errors.py. */
export interface OpError {
  readonly node: string;
  readonly op: string;
  /** Every element is within its bound. */
  readonly explained: boolean;
  /** RMS of the error over RMS of the result. */
  readonly error: number;
  /** The largest share of an element's bound. */
  readonly ofBound: number;
  /** RMS of the error over what independent roundings would make it. */
  readonly ofExpected?: number;
}

/** Where the values of a graph with Quantize and Dequantize are in one of INT8 kernels, and which of those are overwritten. */
export interface FusedNames {
  readonly fused: string;
  readonly numbers: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, string>>;
  readonly overwritten: readonly string[];
}

export interface Explanation {
  readonly ops: readonly OpError[];
  /** Largest relative RMS error of an output of the prepared graph. */
  readonly preparation: number;
  /** Where INT8 is inside loops, in which nothing can be fetched: what random changes as large as its roundings make of an output. */
  readonly byNoise?: number;
  /** The same of the prepared graph that is fed what the INT8 ops give; absent where some are in loops. */
  readonly carriedOn?: number;
  readonly fused?: {
    readonly kernels: readonly { readonly node: string; readonly steps?: number; readonly relative?: number }[];
    readonly carriedOn: number;
  };
}

interface Commands {
  environment: { arguments: object; result: { tensorflow: string; oneDnn: string; graphs: string[] } };
  build: { arguments: { graph: string; folder: string }; result: BuiltGraph };
  to_text: { arguments: { model: string; target: string }; result: null };
  extract: { arguments: { source: string; arrays: Readonly<Record<string, string>>; target: string }; result: Record<string, number[]> };
  describe: { arguments: { path: string }; result: DescribedModel };
  equal: { arguments: { first: string; second: string }; result: { equal: boolean; difference?: string } };
  run: { arguments: Feeding & { model: string; save?: string }; result: Record<string, { dtype: string; shape: number[]; finite: boolean }> };
  compare: { arguments: Feeding & { original: string; converted: string; labels?: string }; result: Comparison };
  /** Writes a file of recorded ranges. */
  ranges_of: { arguments: { model: string; inputs: string; feeds: readonly string[]; target: string }; result: null };
  /** A converted model beside INT8 arithmetic in whole numbers, with these ranges and values that are INT8. */
  compare_with_integers: {
    arguments: Feeding & { original: string; converted: string; ranges: string; quantized: readonly string[]; /** Of another runtime, an `.npz`. */ values?: string };
    result: Record<string, { maxAbsError: number; largest: number }>;
  };
  /** Writes a file of recorded ranges, of the values named. */
  write_ranges_of: { arguments: { model: string; inputs: string; feeds: readonly string[]; values: readonly string[]; target: string }; result: null };
  explain_int8: {
    arguments: Feeding & { original: string; prepared: string; quantized: string; fused?: FusedNames };
    result: Explanation;
  };
  emulate: {
    arguments: Feeding & { model: string; converted: readonly string[] };
    result: { outputs: Record<string, ErrorStatistics>; deterministic: boolean };
  };
  /** Writes values of a graph of constants, as kernels compute them, to the `.npz` `save`. */
  run_ops: { arguments: { model: string; fetches: readonly string[]; save: string }; result: null };
  /** Writes a copy of a graph of constants with the named ops in INT8: the numbers of `NAME` are the value `NAME/result/quantize`. */
  quantize_ops: { arguments: { model: string; names: readonly string[]; target: string }; result: null };
  /** The folder of a SavedModel that looks words up in a table filled from a file. */
  build_vocabulary: { arguments: { folder: string }; result: string };
  /** The folder of a SavedModel with signatures of many kinds; `embed`, `choose`, `total`, `count`, `again` and the default one. */
  build_several: { arguments: { folder: string }; result: string };
  compare_saved_models: {
    arguments: { original: string; converted: string; signature: string; inputs?: string; shapes?: Readonly<Record<string, unknown>> };
    result: SavedModelComparison;
  };
  coverage: {
    arguments: { original: string; written: string; fed: readonly string[] };
    result: { possible: number; converted: string[]; missing: { node: string; op: string; attribute: string }[]; gone: string[] };
  };
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A TensorFlow process answering questions about models; see judge.py. */
export class Judge {
  private readonly waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  private lastId = 0;
  private stderr = '';
  /** The process is gone: closed, or brought down by a model. */
  ended = false;

  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    readonly oneDnn: boolean,
  ) {
    createInterface({ input: process.stdout }).on('line', (line) => this.settle(JSON.parse(line) as Answer));
    process.stderr.on('data', (chunk: Buffer) => (this.stderr = (this.stderr + chunk.toString()).slice(-4000)));
    process.on('exit', (code, signal) => this.failAll(new Error(`TensorFlow ended (${signal ?? code}):\n${this.stderr}`)));
    process.on('error', (error) => this.failAll(error));
  }

  /** `more`: variables of its environment. */
  static start(oneDnn: boolean, more: Readonly<Record<string, string>> = {}): Judge {
    const python = pythonPath();
    const script = path.resolve('test/oracle/judge.py');
    const environment = { ...process.env, TF_ENABLE_ONEDNN_OPTS: oneDnn ? '1' : '0', PYTHONDONTWRITEBYTECODE: '1', ...more };
    return new Judge(spawn(python, [script], { env: environment }), oneDnn);
  }

  ask<Name extends keyof Commands>(command: Name, args: Commands[Name]['arguments']): Promise<Commands[Name]['result']> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.process.stdin.write(`${JSON.stringify({ id, command, arguments: args })}\n`);
    });
  }

  close(): void {
    this.process.stdin.end();
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.error === undefined) waiting?.resolve(answer.result as never);
    else waiting?.reject(new Error(`TensorFlow (oneDNN ${this.oneDnn ? 'on' : 'off'}): ${answer.error}`));
  }

  private failAll(error: Error): void {
    this.ended = true;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** The Python with TensorFlow: MIXED_PRECISION_PYTHON, or the environment that `npm test` makes. */
export function pythonPath(): string {
  const python = process.env['MIXED_PRECISION_PYTHON'] ?? path.resolve('.venv/bin/python');
  if (!existsSync(python)) throw new Error(`No Python with TensorFlow at ${python}: run "npm test", which makes it, or set MIXED_PRECISION_PYTHON.`);
  return python;
}
