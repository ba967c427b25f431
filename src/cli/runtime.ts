import type { Conversion } from '../engine/pipeline';
import type { KernelRunner, RuntimeChoice } from '../engine/host';
import { describeRuntime, runtimeFor } from '../engine/runtime/ownFramework';
import { type Options, text, UsageError } from './command';

/** Names of the options that choose what runs models. */
export const RUNTIME_OPTIONS = ['runtime', 'python'] as const;
export const RUNTIME_USAGE = '[--runtime embedded|python] [--python PATH]';

/** What is to run models, by the options; undefined where they do not say. Throws UsageError. */
export function runtimeFrom(options: Options): RuntimeChoice | undefined {
  const [kind, python] = [text(options, 'runtime'), text(options, 'python')];
  if (kind !== undefined && kind !== 'embedded' && kind !== 'python') throw new UsageError(`--runtime is embedded or python, not "${kind}"`);
  if (kind === undefined && python === undefined) return undefined;
  return kind === 'embedded' ? { kind, python } : { kind: 'python', python, why: python === undefined ? '--runtime python says so' : '--python names it' };
}

/** What runs the models of a command. */
export interface RunningModels {
  readonly kernels: KernelRunner;
  /** As the user is told. */
  readonly description: string;
}

/** Does work with what runs models of the framework of a conversion, and ends that. Throws UserError when it cannot be started. */
export async function withRuntime<T>(
  { format: { dialect } }: Conversion, options: Options, start: (choice: RuntimeChoice | undefined) => Promise<KernelRunner>, work: (running: RunningModels) => Promise<T>,
): Promise<T> {
  const choice = runtimeFor(dialect, runtimeFrom(options));
  const kernels = await start(choice);
  try {
    return await work({ kernels, description: describeRuntime(dialect, kernels, choice) });
  } finally {
    await kernels.close();
  }
}
