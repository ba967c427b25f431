import * as vscode from 'vscode';
import type { ModelDocument } from '../document/modelDocument';
import { fileTypeOf, SAVED_MODEL_FILES } from '../engine/formats/fileTypes';
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
  const target = await pickTarget(document);
  if (target === undefined) return undefined;
  const file = await vscode.window.showSaveDialog({ title: vscode.l10n.t('Save Converted Model'), ...target });
  if (file?.toString() !== document.uri.toString()) return file;
  const overwrite = vscode.l10n.t('Overwrite Original');
  const detail = vscode.l10n.t('The original cannot be brought back from the converted model.');
  const answer = await vscode.window.showWarningMessage(vscode.l10n.t('{0} is the model you opened.', document.name), { modal: true, detail }, overwrite);
  return answer === overwrite ? file : undefined;
}

type Target = Required<Pick<vscode.SaveDialogOptions, 'defaultUri' | 'filters'>>;

/** Where to save by default, and the kinds of file there are: the opened one first. */
async function pickTarget(document: ModelDocument): Promise<Target | undefined> {
  const { name, extensions, folder } = fileTypeOf(document.name)!;
  const isFolder = SAVED_MODEL_FILES.includes(document.name.toLowerCase());
  const model = isFolder ? vscode.Uri.joinPath(document.uri, '..') : document.uri;
  const beside = (extension: string) => model.with({ path: model.path.replace(isFolder ? /$/ : /(\.[^./]+)?$/, `.mixed.${extension}`) });
  const opened = extensions.find((one) => document.name.toLowerCase().endsWith(`.${one}`));
  const file = opened ?? extensions[0]!;
  const asFile = { defaultUri: beside(file), filters: { [name]: [file, ...extensions.filter((other) => other !== file)] } };
  if (folder === undefined) return asFile;
  const asFolder = { defaultUri: beside(folder.extension), filters: { [folder.name]: [folder.extension] } };
  if (!isFolder && opened !== undefined) return { ...asFile, filters: { ...asFile.filters, ...asFolder.filters } };
  // What was opened is not one file: the user says what it becomes, as file dialogs of some systems hide the choice.
  const choices = [
    { label: folder.name, description: vscode.l10n.t('a folder, with the signatures'), target: asFolder },
    { label: name, description: vscode.l10n.t('one frozen file'), target: asFile },
  ];
  return (await vscode.window.showQuickPick(choices, { title: vscode.l10n.t('Save Converted Model'), placeHolder: vscode.l10n.t('Save as') }))?.target;
}
