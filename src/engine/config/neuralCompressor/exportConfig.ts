import type { TuningConfig } from '../config';
import { exportOps } from './exportOps';
import type { ImportNote } from './notes';
import { notExported } from './notExported';
import { printable } from './literals';
import { writePython } from './writePython';
import { writeYaml } from './writeYaml';

export type ExportFormat = 'inc-yaml' | 'inc-python';

/** What the file says of the model. */
export interface ExportedModel {
  readonly name?: string;
  readonly framework?: 'tensorflow';
}

/**
 * A config as Neural Compressor 2.x reads it: the YAML of its first interface, or a Python script that makes a
 * PostTrainingQuantConfig. That, never MixedPrecisionConfig: whether ops become INT8 depends on calibration data, which may be
 * named outside the config. The notes say what it has no counterpart for; the file lists them in a comment.
 */
export function exportNeuralCompressor(
  config: TuningConfig, format: ExportFormat, model: ExportedModel = {},
): { readonly text: string; readonly notes: readonly ImportNote[] } {
  const ops = exportOps(config);
  const notes = [...notExported(config), ...ops.notes];
  const lines = format === 'inc-yaml' ? writeYaml(config, ops, model) : writePython(config, ops);
  return { text: [`# A Mixed Precision config, for Intel Neural Compressor ${VERSIONS[format]}.`, ...comment(notes), ...lines, ''].join('\n'), notes };
}

/** Version 2.0 has other names in Python. */
const VERSIONS: Readonly<Record<ExportFormat, string>> = { 'inc-yaml': '2.x', 'inc-python': '2.1 to 2.6' };

function comment(notes: readonly ImportNote[]): string[] {
  const listed = notes.map(({ path, message }) => `#   ${printable(`${path}: ${message}`)}`);
  return listed.length > 0 ? ['# What it cannot say, or says differently:', ...listed] : [];
}
