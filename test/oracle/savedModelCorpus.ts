// SavedModels of the corpus: all signatures are converted at once, written as a SavedModel, and each that TensorFlow runs is run again.
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { convert, type ConfigFile } from './convert';
import type { ErrorStatistics, Judge } from './judge';

interface ManifestEntry {
  readonly name: string;
  readonly kind: string;
  readonly file: string;
  readonly io?: string;
  readonly run?: { readonly sigs?: Readonly<Record<string, { readonly status: string; readonly inputs?: Readonly<Record<string, unknown>> }>> };
}

export interface CorpusModel {
  readonly name: string;
  readonly folder: string;
  /** Arrays `SIGNATURE/in:NAME`. */
  readonly inputs: string | undefined;
  /** The signatures that TensorFlow runs: [type, shape] of each input. */
  readonly signatures: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The SavedModels with signatures that TensorFlow runs. */
export function corpusModels(corpus: string): CorpusModel[] {
  const entries = JSON.parse(readFileSync(path.join(corpus, 'manifest.json'), 'utf8')) as ManifestEntry[];
  return entries.filter(({ kind }) => kind === 'savedmodel').map(({ name, file, io, run }) => ({
    name, folder: path.join(corpus, file), inputs: io === undefined ? undefined : path.join(corpus, io),
    signatures: Object.fromEntries(Object.entries(run?.sigs ?? {}).filter(([, { status }]) => status.startsWith('ran')).map(([signature, { inputs = {} }]) => [signature, inputs])),
  })).filter(({ signatures }) => Object.keys(signatures).length > 0);
}

/** `frozen`: the model as it was, without variables. `bf16`: with all of it in BF16 that can be. */
export const FORMS: Readonly<Record<'frozen' | 'bf16', { readonly config: ConfigFile; readonly tolerance: number }>> = {
  frozen: { config: {}, tolerance: 1e-5 },
  bf16: { config: { use_bf16: true, bf16_ops: ['re:.*'] }, tolerance: 0.02 },
};

/** Outputs next to zero, what is left of larger values, magnify what rounding the inputs does; BF16 rounds the result once more. */
const ROUNDINGS = 2;

/** By signature: undefined where the written model gives the same within the form's tolerance, otherwise what is wrong. */
export async function savedModelProblems({ folder, inputs, signatures }: CorpusModel, form: keyof typeof FORMS, target: string, judge: Judge): Promise<Map<string, string | undefined>> {
  const { config, tolerance } = FORMS[form];
  const problems = new Map<string, string | undefined>();
  try {
    const { model, warnings } = await convert(folder, target, { config });
    for (const [signature, shapes] of Object.entries(signatures)) {
      const leftOut = warnings.find(({ message }) => message.startsWith(`The signature "${signature}" is left out`));
      const problem = model.signatures!.includes(signature) ? problemOf(signature, shapes) : Promise.resolve(leftOut?.message ?? 'there is no such signature');
      problems.set(signature, await problem.catch((error: unknown) => (error as Error).message));
    }
  } catch (error) {
    for (const signature of Object.keys(signatures)) problems.set(signature, (error as Error).message);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
  return problems;

  async function problemOf(signature: string, shapes: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const { outputs, inputRounding, sameSignature, hasVariables } = await judge.ask('compare_saved_models', { original: folder, converted: target, signature, inputs, shapes });
    if (!sameSignature) return 'the signature is another';
    if (hasVariables) return 'there are variables left';
    const allowed = (name: string): number => (form === 'bf16' ? Math.max(tolerance, ROUNDINGS * (inputRounding[name]?.relativeRms ?? 0)) : tolerance);
    const wrong = Object.entries(outputs).find(([name, output]) => !isWithin(output, allowed(name)));
    return wrong && `${wrong[0]}: ${JSON.stringify(wrong[1])}, with rounded inputs ${JSON.stringify(inputRounding[wrong[0]])}`;
  }
}

function isWithin({ equal, relativeRms, nonFiniteDiffer = 0, dtypes, shapes }: ErrorStatistics, tolerance: number): boolean {
  return equal || (relativeRms !== undefined && relativeRms <= tolerance && nonFiniteDiffer === 0 && dtypes[0] === dtypes[1] && shapes[0].join() === shapes[1].join());
}
