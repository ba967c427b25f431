import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ModelDocument } from '../document/modelDocument';
import { writeWhole } from '../document/writeWhole';
import { modelCommand } from './command';
import { busy } from './reasons';

/** Runs the model on the calibration data and writes the ranges, as `convert --record-ranges` does; offers to use them from then on. */
export const recordRanges = modelCommand({
  id: 'recordRanges',
  notNow: (document) => busy(document) ?? (document.config.calibration.data === undefined ? vscode.l10n.t('There is no calibration data. Use "Mixed Precision: Choose Calibration Data…" first.') : undefined),
  async run(document, _, given) {
    const file = given instanceof vscode.Uri ? given : await pickFile(document);
    if (file === undefined) return;
    const ranges = await document.conversion.recordRanges();
    await writeWhole(file, new TextEncoder().encode(ranges), { overwrite: true });
    if (given instanceof vscode.Uri) return;
    const use = vscode.l10n.t('Use Them');
    const answer = await vscode.window.showInformationMessage(vscode.l10n.t('Saved {0}.', file.path.slice(file.path.lastIndexOf('/') + 1)), use);
    if (answer !== use) return;
    const beside = posix.relative(document.configFolder.path, file.path);
    await document.editConfig([{ path: ['calibration', 'ranges'], value: beside.startsWith('..') ? file.fsPath : beside }]);
  },
});

async function pickFile(document: ModelDocument): Promise<vscode.Uri | undefined> {
  const defaultUri = document.uri.with({ path: document.uri.path.replace(/(\.[^./]+)?$/, '.ranges.json') });
  return vscode.window.showSaveDialog({ title: vscode.l10n.t('Record Ranges'), defaultUri, filters: { JSON: ['json'] } });
}
