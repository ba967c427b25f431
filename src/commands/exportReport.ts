import * as vscode from 'vscode';
import type { ModelDocument } from '../document/modelDocument';
import { writeWhole } from '../document/writeWhole';
import { modelCommand } from './command';
import { noPhaseRan } from './reasons';

/** Writes the numbers of the conversion as JSON, as `convert --report` does. */
export const exportReport = modelCommand({
  id: 'exportReport',
  notNow: noPhaseRan,
  async run(document, _, given) {
    const file = given instanceof vscode.Uri ? given : await pickFile(document);
    if (file === undefined) return;
    const report = await document.conversion.report();
    await writeWhole(file, new TextEncoder().encode(`${JSON.stringify(report, undefined, 2)}\n`), { overwrite: true });
  },
});

async function pickFile(document: ModelDocument): Promise<vscode.Uri | undefined> {
  const defaultUri = document.uri.with({ path: document.uri.path.replace(/(\.[^./]+)?$/, '.report.json') });
  return vscode.window.showSaveDialog({ title: vscode.l10n.t('Export Report'), defaultUri, filters: { JSON: ['json'] } });
}
