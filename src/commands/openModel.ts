import * as vscode from 'vscode';
import type { Command } from './command';
import { openInGraphEditor } from './openInGraphEditor';

const FILTERS = { 'TensorFlow GraphDef': ['pb', 'pbtxt'] };

/** Asks for a model, or takes its uri, and opens it in the graph editor. */
export const openModel: Command = {
  id: 'openModel',
  async run(rooms, given) {
    const file = given instanceof vscode.Uri ? given : await pickModel();
    if (file !== undefined) await openInGraphEditor(file, rooms);
  },
};

async function pickModel(): Promise<vscode.Uri | undefined> {
  return (await vscode.window.showOpenDialog({ title: vscode.l10n.t('Open Model'), openLabel: vscode.l10n.t('Open Model'), filters: FILTERS }))?.[0];
}
