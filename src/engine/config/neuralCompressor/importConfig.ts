import { UserError } from '../../errors';
import { contentOf, type Draft, emptyDraft } from './draft';
import { importPython } from './importPython';
import { importV1 } from './importV1';
import type { ImportNote } from './notes';
import { readYaml } from './readYaml';

export type { ImportNote } from './notes';

export interface ImportedConfig {
  /** The content of a config file: what the file says, as our schema has it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What has no counterpart here, or means something else. */
  readonly notes: readonly ImportNote[];
  readonly kind: 'v1-yaml' | 'v2-python' | 'v2-pythonic' | 'v3-python';
}

/**
 * Reads a config of Intel Neural Compressor by the ending of the file: the YAML of its first interface, or a Python script that
 * makes a config of version 2 or 3, which is never run. Throws UserError with the line for a file that is none of them.
 */
export function importNeuralCompressor(text: string, file: string): ImportedConfig {
  const draft = emptyDraft();
  const kind = /\.py$/i.test(file) ? importPython(text, file, draft) : importYaml(text, file, draft);
  return { config: contentOf(draft), notes: draft.notes, kind };
}

function importYaml(text: string, file: string, draft: Draft): 'v1-yaml' {
  if (!/\.ya?ml$/i.test(file)) throw new UserError('a config of Neural Compressor ends in .yaml, .yml or .py', { file, hint: 'Choose such a file' });
  importV1(readYaml(text, file), draft);
  return 'v1-yaml';
}

/** The text of a new config file: JSON, indented by 2. */
export function configFileText(imported: ImportedConfig): string {
  return `${JSON.stringify(imported.config, null, 2)}\n`;
}
