import * as vscode from 'vscode';
import { exportNeuralCompressor, type ExportFormat } from '../engine/config/neuralCompressor/exportConfig';
import type { ModelDocument } from '../document/modelDocument';
import { writeWhole } from '../document/writeWhole';
import { modelCommand } from './command';
import { notOpen } from './reasons';

const FORMATS: Readonly<Record<'yaml' | 'yml' | 'py', ExportFormat>> = { yaml: 'inc-yaml', yml: 'inc-yaml', py: 'inc-python' };

/** Writes the config in force as Intel Neural Compressor reads it: YAML of its versions 1 and 2.0, or Python of its version 2, by the name's end. */
export const exportConfig = modelCommand({
  id: 'exportConfig',
  notNow: notOpen,
  async run(document, { messages }, given) {
    const file = given instanceof vscode.Uri ? given : await pickFile(document);
    if (file === undefined) return;
    const ending = file.path.slice(file.path.lastIndexOf('.') + 1);
    const format = Object.hasOwn(FORMATS, ending) ? FORMATS[ending as keyof typeof FORMATS] : 'inc-yaml';
    const { text, notes } = exportNeuralCompressor(document.config, format, { name: document.name.replace(/\.[^.]*$/, ''), framework: 'tensorflow' });
    await writeWhole(file, new TextEncoder().encode(text), { overwrite: !(given instanceof vscode.Uri) });
    await vscode.window.showTextDocument(file, { viewColumn: vscode.ViewColumn.Beside });
    if (notes.length > 0) messages.warn(vscode.l10n.t('Neural Compressor has no counterpart for: {0}. The file says so at its top.', notes.map(({ path }) => path).join(', ')));
  },
});

async function pickFile(document: ModelDocument): Promise<vscode.Uri | undefined> {
  const defaultUri = document.uri.with({ path: document.uri.path.replace(/(\.[^./]+)?$/, '.neural-compressor.yaml') });
  const filters = { [vscode.l10n.t('Neural Compressor YAML')]: ['yaml', 'yml'], [vscode.l10n.t('Neural Compressor Python')]: ['py'] };
  return vscode.window.showSaveDialog({ title: vscode.l10n.t('Export Neural Compressor Config'), defaultUri, filters });
}
