import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type Command, type Options, UsageError } from './cli/command';
import { compare } from './cli/compare';
import { convert } from './cli/convert';
import { inspect } from './cli/inspect';
import { plan } from './cli/plan';
import { run } from './cli/run';
import { UserError } from './engine/errors';
import { NO_PROGRESS } from './engine/host';
import { createConversion } from './engine/pipeline';
import { nodeHost } from './worker/nodeHost';

const COMMANDS: Readonly<Record<string, Command>> = { inspect, convert, run, compare, plan };

const EXIT = { done: 0, atFault: 1, usage: 2 };

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(`${help()}\n`);
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return fail(EXIT.usage, `mixed-precision: there is no command "${name}". Commands: ${Object.keys(COMMANDS).join(', ')}`);
  const conversion = createConversion(nodeHost(NO_PROGRESS));
  try {
    const { positionals, options } = parse(command, rest);
    await command.run({ arguments: positionals, options, conversion, print: (line) => process.stdout.write(`${line}\n`) });
    return EXIT.done;
  } catch (error) {
    if (error instanceof UsageError) return fail(EXIT.usage, `mixed-precision: ${error.message}. Usage: mixed-precision ${command.usage}`);
    if (error instanceof UserError) return fail(EXIT.atFault, `mixed-precision: ${error.oneLine}`);
    throw error;
  } finally {
    await conversion.close();
  }
}

function parse(command: Command, args: string[]): { positionals: string[]; options: Options } {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const name of command.strings) options[name] = { type: 'string' };
  for (const name of command.flags) options[name] = { type: 'boolean' };
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]!);
  }
  if (parsed.positionals.length !== command.arguments) throw new UsageError(`it takes ${command.arguments} model ${command.arguments === 1 ? 'file' : 'files'}`);
  return { positionals: parsed.positionals, options: parsed.values as Options };
}

function help(): string {
  const lines = Object.values(COMMANDS).map(({ usage, summary }) => `  mixed-precision ${usage}\n      ${summary}`);
  return ['Mixed Precision: FP32 + BF16 + INT8 for neural networks on CPUs', '', ...lines].join('\n');
}

function fail(code: number, message: string): number {
  process.stderr.write(`${message}\n`);
  return code;
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.atFault));

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`mixed-precision: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = EXIT.atFault;
  },
);
