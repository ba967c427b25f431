import * as vscode from 'vscode';
import { SAVED_MODEL_FILES } from '../engine/formats/fileTypes';

const PATTERN = `**/{${SAVED_MODEL_FILES.join(',')}}`;

/** Keeps the context key `mixedPrecision.savedModelFolders` in step with the workspace: the folders that the explorer offers to open. */
export function trackSavedModelFolders(): vscode.Disposable & { readonly folders: ReadonlySet<string> } {
  const folders = new Set<string>();
  // A `when` clause compares with fsPath where files are local and with path where they are remote: they differ on Windows.
  const paths = (file: vscode.Uri): string[] => {
    const { fsPath, path } = vscode.Uri.joinPath(file, '..');
    return [fsPath, path];
  };
  const publish = () => void vscode.commands.executeCommand('setContext', 'mixedPrecision.savedModelFolders', [...folders]);
  const add = (...files: readonly vscode.Uri[]) => {
    for (const path of files.flatMap(paths)) folders.add(path);
    publish();
  };
  const watcher = vscode.workspace.createFileSystemWatcher(PATTERN, false, true, false);
  watcher.onDidCreate((file) => add(file));
  watcher.onDidDelete((file) => {
    for (const path of paths(file)) folders.delete(path);
    publish();
  });
  const findAll = () => void vscode.workspace.findFiles(PATTERN).then((files) => add(...files));
  findAll();
  const subscription = vscode.Disposable.from(watcher, vscode.workspace.onDidChangeWorkspaceFolders(findAll));
  return { folders, dispose: () => void subscription.dispose() };
}
