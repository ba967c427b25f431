import * as vscode from 'vscode';

/** Asks for an .npz file. Undefined: the user gave up. */
export async function pickArrays(title: string, folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  const filters = { [vscode.l10n.t('NumPy archive')]: ['npz'] };
  return (await vscode.window.showOpenDialog({ title, defaultUri: folder, filters }))?.[0];
}
