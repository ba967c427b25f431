import * as vscode from 'vscode';
import type { ModelDocument } from './modelDocument';

/** The open models, and which of them commands, the side panel and the status bar are about: the one last focused. */
export class OpenDocuments implements vscode.Disposable {
  private readonly documents = new Set<ModelDocument>();
  private readonly changed = new vscode.EventEmitter<void>();
  private activeDocument: ModelDocument | undefined;

  /** Another document is active, or the active one changed. */
  readonly onDidChange = this.changed.event;

  get active(): ModelDocument | undefined {
    return this.activeDocument;
  }

  add(document: ModelDocument): void {
    this.documents.add(document);
    document.onDidChange(() => {
      if (document === this.activeDocument) this.changed.fire();
    });
    document.onDidDispose(() => {
      this.documents.delete(document);
      if (document === this.activeDocument) this.activate([...this.documents].at(-1));
    });
    this.activate(document);
  }

  activate(document: ModelDocument | undefined): void {
    if (document === this.activeDocument) return;
    this.activeDocument = document;
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}
