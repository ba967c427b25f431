import { EXIT, runCommandLine } from './cli/commandLine';
import { startKernels } from './worker/kernelRunner';

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.atFault));

runCommandLine(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
  startKernels,
}).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`mixed-precision: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = EXIT.atFault;
  },
);
