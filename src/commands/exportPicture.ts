import * as vscode from 'vscode';
import { UserError } from '../engine/errors';
import type { ModelDocument } from '../document/modelDocument';
import { writeWhole } from '../document/writeWhole';
import type { PictureFormat } from '../../webview/protocol';
import { modelCommand } from './command';
import { graphHidden } from './reasons';

const FILTERS: Readonly<Record<string, PictureFormat[]>> = { PNG: ['png'], SVG: ['svg'], JSON: ['json'] };

/** Writes what the graph in front shows. A uri given by the caller must not exist yet; for one chosen in the dialog the dialog has asked. */
export const exportPicture = modelCommand({
  id: 'exportPicture',
  notNow: graphHidden,
  async run(document, _, given) {
    const isGiven = given instanceof vscode.Uri;
    const file = isGiven ? given : await pickFile(document);
    if (file === undefined) return;
    const picture = await document.editors.active!.picture(formatOf(file));
    await writeWhole(file, picture.bytes, { overwrite: !isGiven });
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const text = picture.note === undefined ? vscode.l10n.t('Exported {0}.', name) : vscode.l10n.t('Exported {0}. {1}', name, picture.note);
    void vscode.window.showInformationMessage(text);
  },
});

function formatOf(file: vscode.Uri): PictureFormat {
  const extension = file.path.slice(file.path.lastIndexOf('.') + 1).toLowerCase();
  const format = Object.values(FILTERS).flat().find((candidate) => candidate === extension);
  if (format !== undefined) return format;
  throw new UserError(vscode.l10n.t('This is no kind of picture'), { file: file.fsPath, hint: vscode.l10n.t('Use a name that ends in .png, .svg or .json') });
}

async function pickFile(document: ModelDocument): Promise<vscode.Uri | undefined> {
  const defaultUri = document.uri.with({ path: document.uri.path.replace(/(\.[^./]+)?$/, '.graph.png') });
  return vscode.window.showSaveDialog({ title: vscode.l10n.t('Export Graph Picture'), defaultUri, filters: FILTERS });
}
