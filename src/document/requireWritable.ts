import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../engine/errors';

/** `S_IWUSR`: without it VS Code takes a file for locked, whoever owns it. */
const OWNER_WRITES = 0o200;

/** Fails with UserError where a file, or the folder of one that does not exist, cannot be written. */
export async function requireWritable(file: string): Promise<void> {
  const info = await stat(file).catch(() => undefined);
  const mayWrite = access(info === undefined ? dirname(file) : file, constants.W_OK).then(() => true, () => false);
  if ((info === undefined || (info.mode & OWNER_WRITES) !== 0) && (await mayWrite)) return;
  throw new UserError(vscode.l10n.t('It is read-only, so nothing was changed'), { file, hint: vscode.l10n.t('Make it writable first') });
}
