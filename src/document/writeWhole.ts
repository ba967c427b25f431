import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

/** Writes a file so that it is either whole or not there: under another name first. Fails for an existing file unless `overwrite`. */
export async function writeWhole(file: vscode.Uri, bytes: Uint8Array, { overwrite }: { readonly overwrite: boolean }): Promise<void> {
  const { fs } = vscode.workspace;
  const unfinished = file.with({ path: `${file.path}.${randomUUID()}.tmp` });
  try {
    await fs.writeFile(unfinished, bytes);
    await fs.rename(unfinished, file, { overwrite });
  } catch (error) {
    await fs.delete(unfinished).then(undefined, () => {});
    throw error;
  }
}
