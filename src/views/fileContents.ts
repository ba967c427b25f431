import * as vscode from 'vscode';
import type { UserError } from '../engine/errors';

const SCHEME = 'mixed-precision-contents';

/** What is in files that cannot be opened, as read-only text. */
export class FileContents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  register(): vscode.Disposable {
    return vscode.Disposable.from(this, vscode.workspace.registerTextDocumentContentProvider(SCHEME, this));
  }

  provideTextDocumentContent(uri: vscode.Uri): string | undefined {
    return this.texts.get(uri.toString());
  }

  /** The button for an error that tells what is in the file; none for any other. */
  actions({ place }: UserError): Readonly<Record<string, () => unknown>> {
    const { file, contents } = place;
    return file === undefined || contents === undefined ? {} : { [vscode.l10n.t('Show Contents')]: () => this.show(file, contents) };
  }

  private async show(file: string, contents: string): Promise<void> {
    const uri = vscode.Uri.file(file).with({ scheme: SCHEME, path: `${vscode.Uri.file(file).path}.txt` });
    this.texts.set(uri.toString(), `${contents}\n`);
    this.changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  }

  dispose(): void {
    this.changed.dispose();
  }
}
