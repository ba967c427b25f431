import * as vscode from 'vscode';
import type { ModelDocument } from '../document/modelDocument';
import { fileTypeOf } from '../engine/formats/fileTypes';
import { modelCommand } from './command';
import { noPhaseRan } from './reasons';

/** Writes the newest snapshot. A uri given by the caller must not exist yet; for one chosen in the dialog the dialog has asked. */
export const saveConvertedModel = modelCommand({
  id: 'saveConvertedModel',
  notNow: noPhaseRan,
  async run(document, _, given) {
    const file = given instanceof vscode.Uri ? given : await pickFile(document);
    if (file === undefined) return;
    await document.conversion.save(file, !(given instanceof vscode.Uri));
    // The opened model is no longer what its file holds.
    if (file.toString() === document.uri.toString()) await document.reopen();
    void vscode.window.showInformationMessage(vscode.l10n.t('Saved {0}.', file.path.slice(file.path.lastIndexOf('/') + 1)));
  },
});

async function pickFile(document: ModelDocument): Promise<vscode.Uri | undefined> {
  const type = fileTypeOf(document.name)!;
  const extension = type.extensions.find((one) => document.name.toLowerCase().endsWith(`.${one}`)) ?? type.extensions[0]!;
  const defaultUri = document.uri.with({ path: document.uri.path.replace(/(\.[^./]+)?$/, `.mixed.${extension}`) });
  const filters = {
    [type.name]: [extension, ...type.extensions.filter((other) => other !== extension)],
    ...(type.folder && { [type.folder.name]: [type.folder.extension] }),
  };
  const file = await vscode.window.showSaveDialog({ title: vscode.l10n.t('Save Converted Model'), defaultUri, filters });
  if (file?.toString() !== document.uri.toString()) return file;
  const overwrite = vscode.l10n.t('Overwrite Original');
  const detail = vscode.l10n.t('The original cannot be brought back from the converted model.');
  const answer = await vscode.window.showWarningMessage(vscode.l10n.t('{0} is the model you opened.', document.name), { modal: true, detail }, overwrite);
  return answer === overwrite ? file : undefined;
}
