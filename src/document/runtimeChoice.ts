import { resolve } from 'node:path';
import type { OwnCode, RuntimeChoice } from '../engine/host';

/** What says which runtime runs models. */
export interface RuntimeWishes {
  /** The setting `mixedPrecision.runtime`. */
  readonly runtime: string | undefined;
  /** The setting `mixedPrecision.python`. */
  readonly python: string | undefined;
  /** In a workspace that is not, no program of the user's is started. */
  readonly isTrusted: boolean;
  readonly home: string;
  /** The workspace folder, where relative paths start; undefined where none is open. */
  readonly folder: string | undefined;
}

/** What Python runs code of the user's own, such as a metric; undefined where none may run. */
export async function ownCode({ python, isTrusted, home, folder }: RuntimeWishes, ofExtension: () => Promise<string | undefined>): Promise<OwnCode | undefined> {
  if (!isTrusted) return undefined;
  const named = python?.trim() ?? '';
  const chosen = named === '' ? await ofExtension() : pathOf(named, home, folder ?? home);
  return chosen === undefined ? {} : { python: chosen };
}

/** The runtime for models; `ofExtension` gives the interpreter chosen in the Python extension, and is asked only where that counts. */
export async function runtimeChoice({ runtime, python, isTrusted, home, folder }: RuntimeWishes, ofExtension: () => Promise<string | undefined>): Promise<RuntimeChoice> {
  if (runtime !== 'python') return { kind: 'embedded' };
  if (!isTrusted) return { kind: 'embedded', why: 'the workspace is not trusted, which turns mixedPrecision.runtime python off' };
  const named = python?.trim() ?? '';
  if (named !== '') return { kind: 'python', python: pathOf(named, home, folder ?? home), why: 'the setting mixedPrecision.python names it' };
  const chosen = await ofExtension();
  return chosen === undefined
    ? { kind: 'python', why: 'the setting mixedPrecision.runtime is python, and it is the first on the PATH' }
    : { kind: 'python', python: chosen, why: 'the setting mixedPrecision.runtime is python, and the Python extension has chosen it' };
}

/** A name alone is looked for on the PATH. */
function pathOf(named: string, home: string, folder: string): string {
  const path = named.replace(/^~(?=[\\/])/, () => home).replace('${workspaceFolder}', () => folder);
  return /[\\/]/.test(path) ? resolve(folder, path) : path;
}
