import { UserError } from '../../errors';
import { contentOf, emptyDraft } from './draft';
import { importV1 } from './importV1';
import type { ImportNote } from './notes';
import { readYaml } from './readYaml';

export type { ImportNote } from './notes';

export interface ImportedConfig {
  /** The content of a config file: what the file says, as our schema has it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What has no counterpart here, or means something else. */
  readonly notes: readonly ImportNote[];
  readonly kind: 'v1-yaml';
}

/**
 * Reads a config of Intel Neural Compressor: the YAML file of its versions 1 and 2.0. Throws UserError with the line for a file
 * that is none of them.
 */
export function importNeuralCompressor(text: string, file: string): ImportedConfig {
  const draft = emptyDraft();
  if (!/\.ya?ml$/i.test(file)) throw new UserError('a config of Neural Compressor ends in .yaml, .yml or .py', { file });
  importV1(readYaml(text, file), draft);
  return { config: contentOf(draft), notes: draft.notes, kind: 'v1-yaml' };
}

/** The text of a new config file: JSON, indented by 2. */
export function configFileText(imported: ImportedConfig): string {
  return `${JSON.stringify(imported.config, null, 2)}\n`;
}
