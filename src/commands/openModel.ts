import * as vscode from 'vscode';
import { GRAPH_EDITOR } from '../document/ids';
import type { Command } from './command';

const FILTERS = { 'TensorFlow GraphDef': ['pb', 'pbtxt'] };

/** Asks for a model, or takes its uri, and opens it in the graph editor. */
export const openModel: Command = {
  id: 'openModel',
  async run(_, given) {
    const file = given instanceof vscode.Uri ? given : await pickModel();
    if (file !== undefined) await vscode.commands.executeCommand('vscode.openWith', file, GRAPH_EDITOR);
  },
};

async function pickModel(): Promise<vscode.Uri | undefined> {
  return (await vscode.window.showOpenDialog({ title: 'Open Model', openLabel: 'Open Model', filters: FILTERS }))?.[0];
}
