import * as vscode from 'vscode';
import { GRAPH_EDITOR } from '../document/ids';
import type { Command } from './command';

const MODEL = 'digits_cnn.pb';

/** Opens a copy of the digits model, its calibration data and config, so that the user may change them. */
export const openSample: Command = {
  id: 'openSample',
  async run({ context }) {
    const folder = vscode.Uri.joinPath(context.globalStorageUri, 'samples');
    const model = vscode.Uri.joinPath(folder, MODEL);
    if (!(await exists(model))) await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'media', 'samples'), folder, { overwrite: true });
    await vscode.commands.executeCommand('vscode.openWith', model, GRAPH_EDITOR);
  },
};

async function exists(file: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}
