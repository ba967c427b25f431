import * as vscode from 'vscode';
import { WELCOME_VIEW } from '../document/ids';

/** A tree without rows: package.json's `viewsWelcome` fills it while no model is open. */
export function registerWelcome(): vscode.Disposable {
  return vscode.window.registerTreeDataProvider<never>(WELCOME_VIEW, { getChildren: () => [], getTreeItem: (item) => item });
}
