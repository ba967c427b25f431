import { posix } from 'node:path';
import type * as vscode from 'vscode';
import type { ModelDocument } from './modelDocument';

/** A file as the model's config names it: relative to the config where it is beside or below it. */
export function configPath({ configFolder }: Pick<ModelDocument, 'configFolder'>, file: vscode.Uri): string {
  const beside = posix.relative(configFolder.path, file.path);
  return beside.startsWith('..') ? file.fsPath : beside;
}
