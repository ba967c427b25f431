import * as vscode from 'vscode';
import { GRAPH_EDITOR } from '../document/ids';
import { modelCommand } from './command';
import { alreadyComparing } from './reasons';

/** Opens the model once more, beside: that editor keeps showing it as it was opened, and both look at the same part. */
export const compareWithOriginal = modelCommand({
  id: 'compareWithOriginal',
  notNow: alreadyComparing,
  async run(document) {
    document.editors.pinNext();
    await vscode.commands.executeCommand('vscode.openWith', document.uri, GRAPH_EDITOR, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  },
});
