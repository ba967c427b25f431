import * as vscode from 'vscode';
import { GRAPH_EDITOR } from '../document/ids';
import { modelCommand } from './command';
import { alreadyComparing } from './reasons';

/** Opens the model once more, beside, unless it is open there: that editor keeps showing it as it was opened, and both look at the same part. */
export const compareWithOriginal = modelCommand({
  id: 'compareWithOriginal',
  notNow: alreadyComparing,
  async run({ uri, editors }) {
    const { active } = editors;
    if (editors.beside(active) === undefined) {
      await vscode.commands.executeCommand('vscode.openWith', uri, GRAPH_EDITOR, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
    }
    const beside = editors.beside(active);
    if (beside !== undefined) editors.pin(beside);
  },
});
