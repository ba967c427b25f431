import * as vscode from 'vscode';
import { GRAPH_EDITOR } from '../document/ids';
import { SAVED_MODEL_FILES } from '../engine/formats/fileTypes';
import { UserError } from '../engine/errors';
import type { Rooms } from './command';

/** Opens a model, a file or the folder of a SavedModel, in the graph editor; resolves when the model is open, fails if it cannot be. */
export async function openInGraphEditor(model: vscode.Uri, { documents }: Rooms): Promise<void> {
  const file = await mainFile(model);
  await vscode.commands.executeCommand('vscode.openWith', file, GRAPH_EDITOR);
  documents.activate(await documents.opened(file));
}

/** The file of a model that an editor opens: VS Code has none for folders. Throws UserError for a folder without a SavedModel. */
async function mainFile(model: vscode.Uri): Promise<vscode.Uri> {
  const { type } = await vscode.workspace.fs.stat(model).then((found) => found, () => ({ type: vscode.FileType.Unknown }));
  if ((type & vscode.FileType.Directory) === 0) return model;
  const there = new Set((await vscode.workspace.fs.readDirectory(model)).map(([name]) => name));
  const name = SAVED_MODEL_FILES.find((one) => there.has(one));
  if (name !== undefined) return vscode.Uri.joinPath(model, name);
  const hint = vscode.l10n.t('Choose a model file or the folder of a SavedModel');
  throw new UserError(vscode.l10n.t('The folder holds no model (no {0})', SAVED_MODEL_FILES.join(', ')), { file: model.fsPath, hint });
}
