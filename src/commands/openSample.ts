import * as vscode from 'vscode';
import type { Command } from './command';
import { openInGraphEditor } from './openInGraphEditor';

const MODEL = 'digits_cnn.pb';

/** Opens a copy of the digits model, its calibration data and config, so that the user may change them. */
export const openSample: Command = {
  id: 'openSample',
  async run(rooms) {
    const folder = vscode.Uri.joinPath(rooms.context.globalStorageUri, 'samples');
    const model = vscode.Uri.joinPath(folder, MODEL);
    if (!(await exists(model))) await vscode.workspace.fs.copy(vscode.Uri.joinPath(rooms.context.extensionUri, 'media', 'samples'), folder, { overwrite: true });
    await openInGraphEditor(model, rooms);
  },
};

async function exists(file: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}
