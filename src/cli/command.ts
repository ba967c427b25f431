import type { KernelRunner, RuntimeChoice } from '../engine/host';
import type { Conversion } from '../engine/pipeline';
import type { TrialRunner } from '../engine/tuning/task';
import type { TuningSetup } from '../worker/openBench';

/** How a command was called is wrong; the message says what is missing. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Options by name: strings, or true for flags. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

export interface CommandContext {
  readonly arguments: readonly string[];
  readonly options: Options;
  readonly conversion: Conversion;
  /** Starts what runs models. */
  readonly startKernels: (runtime: RuntimeChoice | undefined) => Promise<KernelRunner>;
  /** Starts what runs the trials of a search. */
  readonly startTrials: (setup: TuningSetup) => TrialRunner;
  /** Writes a line to stdout. */
  readonly print: (line: string) => void;
  /** Writes a line to stderr. */
  readonly note: (line: string) => void;
}

/** One verb of the command line. */
export interface Command {
  readonly usage: string;
  readonly summary: string;
  /** What each positional argument is. */
  readonly arguments: readonly string[];
  /** Options that take a value, and flags. */
  readonly strings: readonly string[];
  readonly flags: readonly string[];
  run(context: CommandContext): Promise<void>;
}

export function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Value of an option the command cannot do without. Throws UsageError. */
export function required(options: Options, name: string): string {
  const value = text(options, name);
  if (value === undefined) throw new UsageError(`--${name} is missing`);
  return value;
}

/** Value of an option that takes a whole number; undefined where it is not given. Throws UsageError. */
export function wholeNumber(options: Options, name: string, least: number): number | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!/^\d+$/.test(given) || !Number.isSafeInteger(value) || value < least) throw new UsageError(`--${name} is a whole number of at least ${least}, not "${given}"`);
  return value;
}
