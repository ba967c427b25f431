import * as vscode from 'vscode';
import { GRAPH_EDITOR } from '../document/ids';
import type { Rooms } from './command';

/** Opens a model file in the graph editor; resolves when the model is open, fails if it cannot be. */
export async function openInGraphEditor(file: vscode.Uri, { documents }: Rooms): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', file, GRAPH_EDITOR);
  documents.activate(await documents.opened(file));
}
