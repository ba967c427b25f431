import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UserError } from '../engine/errors';
import { type KernelRunner, NO_PROGRESS, type Progress } from '../engine/host';
import { createConversion } from '../engine/pipeline';
import type { TrialRunner } from '../engine/tuning/task';
import { nodeHost } from '../worker/nodeHost';
import type { TuningSetup } from '../worker/openBench';
import { startRuntime } from '../worker/runtime';
import { startTrialPool } from '../worker/trialPool';
import { type Command, type Options, UsageError } from './command';
import { compare } from './compare';
import { config } from './configCommand';
import { convert } from './convert';
import { EXIT } from './exit';
import { inspect } from './inspect';
import { plan } from './plan';
import { randomData } from './randomData';
import { run } from './run';
import { tune } from './tune';

const COMMANDS: Readonly<Record<string, Command>> = { inspect, convert, run, compare, plan, tune, 'random-data': randomData, config };

/** Where a command line writes its lines, and what runs models for it. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  /** Starts the kernels of the embedded runtime. */
  readonly startKernels: () => Promise<KernelRunner>;
  /** Told how far long work is. Default: nobody is. */
  readonly progress?: Progress;
  /** Default: threads of this machine. */
  readonly startTrials?: (setup: TuningSetup) => TrialRunner;
}

/**
 * Runs one command line (without the program's name); resolves to the exit code: 0 done, 1 the model, its data or the
 * config is at fault, 2 usage. Throws only for errors of the program itself.
 */
export async function runCommandLine(argv: readonly string[], io: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') {
    io.out(help());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return fail(io, EXIT.usage, `mixed-precision: there is no command "${name}". Commands: ${Object.keys(COMMANDS).join(', ')}`);
  const conversion = createConversion(nodeHost(io.progress ?? NO_PROGRESS, io.startKernels));
  try {
    const { positionals, options } = parse(command, rest);
    await command.run({ arguments: positionals, options, conversion, print: io.out, note: io.error, startKernels: (runtime) => startRuntime(runtime, io.progress ?? NO_PROGRESS, io.startKernels), startTrials: io.startTrials ?? startTrialPool });
    return EXIT.done;
  } catch (error) {
    if (error instanceof UsageError) return fail(io, EXIT.usage, `mixed-precision: ${error.message}. Usage: mixed-precision ${command.usage}`);
    if (error instanceof UserError) return fail(io, EXIT.atFault, `mixed-precision: ${error.oneLine}`);
    throw error;
  } finally {
    await conversion.close();
  }
}

function parse(command: Command, args: string[]): { positionals: string[]; options: Options } {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const name of command.strings) options[name] = { type: 'string', ...(name === 'output' ? { short: 'o' } : {}) };
  for (const name of command.flags) options[name] = { type: 'boolean' };
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
  const { length } = command.arguments;
  if (parsed.positionals.length !== length) throw new UsageError(`it takes ${length} ${length === 1 ? 'argument' : 'arguments'}: ${command.arguments.join(' ')}`);
  return { positionals: parsed.positionals, options: parsed.values as Options };
}

function help(): string {
  const lines = Object.values(COMMANDS).map(({ usage, summary }) => `  mixed-precision ${usage}\n      ${summary}`);
  return ['Mixed Precision: FP32 + BF16 + INT8 for neural networks on CPUs', '', ...lines, '', '  -o is short for --output.'].join('\n');
}

function fail(io: Terminal, code: number, message: string): number {
  io.error(message);
  return code;
}
