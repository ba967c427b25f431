// SavedModels of the corpus: every signature that TensorFlow runs is converted, written as a SavedModel and run again.
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

export interface SavedSignature {
  readonly name: string;
  readonly signature: string;
  readonly folder: string;
  /** Arrays `SIGNATURE/in:NAME`. */
  readonly inputs: string | undefined;
  /** [type, shape] of each input. */
  readonly shapes: Readonly<Record<string, unknown>>;
}

/** The signatures that TensorFlow runs. */
export function savedSignatures(corpus: string): SavedSignature[] {
  const entries = JSON.parse(readFileSync(path.join(corpus, 'manifest.json'), 'utf8')) as ManifestEntry[];
  return entries.filter(({ kind }) => kind === 'savedmodel').flatMap(({ name, file, io, run }) =>
    Object.entries(run?.sigs ?? {}).filter(([, { status }]) => status.startsWith('ran')).map(([signature, { inputs = {} }]) => ({
      name, signature, folder: path.join(corpus, file), inputs: io === undefined ? undefined : path.join(corpus, io), shapes: inputs,
    })));
}

/** `frozen`: the model as it was, without variables. `bf16`: with all of it in BF16 that can be. */
export const FORMS: Readonly<Record<'frozen' | 'bf16', { readonly config: ConfigFile; readonly tolerance: number }>> = {
  frozen: { config: {}, tolerance: 1e-5 },
  bf16: { config: { use_bf16: true, bf16_ops: ['re:.*'] }, tolerance: 0.02 },
};

/** Undefined where the written model gives the same within the form's tolerance, otherwise what is wrong. */
export async function savedModelProblem({ signature, folder, inputs, shapes }: SavedSignature, form: keyof typeof FORMS, target: string, judge: Judge): Promise<string | undefined> {
  const { config, tolerance } = FORMS[form];
  try {
    await convert(folder, target, { config: { ...config, signature } });
    const { outputs, sameSignature, hasVariables } = await judge.ask('compare_saved_models', { original: folder, converted: target, signature, inputs, shapes });
    if (!sameSignature) return 'the signature is another';
    if (hasVariables) return 'there are variables left';
    const wrong = Object.entries(outputs).find(([, output]) => !isWithin(output, tolerance));
    return wrong && `${wrong[0]}: ${JSON.stringify(wrong[1])}`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

function isWithin({ equal, relativeRms, nonFiniteDiffer = 0, dtypes, shapes }: ErrorStatistics, tolerance: number): boolean {
  return equal || (relativeRms !== undefined && relativeRms <= tolerance && nonFiniteDiffer === 0 && dtypes[0] === dtypes[1] && shapes[0].join() === shapes[1].join());
}
