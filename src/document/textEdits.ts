import * as vscode from 'vscode';
import { replacement } from './configEdits';

/** Each resolves to whether VS Code did it. */

export async function createFile(file: vscode.Uri, text: string): Promise<boolean> {
  const change = new vscode.WorkspaceEdit();
  change.createFile(file, { contents: new TextEncoder().encode(text) });
  return vscode.workspace.applyEdit(change);
}

/** As one step to undo. What is the same at both ends is left alone, so that cursors stay. */
export async function setText(document: vscode.TextDocument, text: string): Promise<boolean> {
  const change = new vscode.WorkspaceEdit();
  const { range, newText } = changeTo(document, text);
  change.replace(document.uri, range, newText);
  return vscode.workspace.applyEdit(change);
}

/** The smallest edit that gives the document a text. */
export function changeTo(document: vscode.TextDocument, text: string): vscode.TextEdit {
  const { start, end, text: inserted } = replacement(document.getText(), text);
  return vscode.TextEdit.replace(new vscode.Range(document.positionAt(start), document.positionAt(end)), inserted);
}

/** Takes unsaved edits back. VS Code does so for the editor in front only. */
export async function revert(document: vscode.TextDocument): Promise<boolean> {
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('workbench.action.files.revert');
  return !document.isDirty;
}

/** Whether the texts differ in line ends at most: a document has one kind, a file may have both. */
export function haveSameLines(a: string, b: string): boolean {
  const lines = (text: string): string => text.replaceAll('\r\n', '\n');
  return lines(a) === lines(b);
}
