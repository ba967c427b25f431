import * as vscode from 'vscode';
import type { ConfigProblem } from '../engine/config/problem';
import type { ModelDocument } from './modelDocument';

/** The open models, and which of them commands, the side panel and the status bar are about: the one last focused. */
export class OpenDocuments implements vscode.Disposable {
  private readonly documents = new Set<ModelDocument>();
  private readonly added = new vscode.EventEmitter<ModelDocument>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly planned = new vscode.EventEmitter<void>();
  private activeDocument: ModelDocument | undefined;

  /** Another document is active, or the active one changed. */
  readonly onDidChange = this.changed.event;

  /** Any document has another plan, or is gone. */
  readonly onDidPlan = this.planned.event;

  get active(): ModelDocument | undefined {
    return this.activeDocument;
  }

  add(document: ModelDocument): void {
    this.documents.add(document);
    document.onDidChange((change) => {
      if (document === this.activeDocument) this.changed.fire();
      if (change === 'config') this.planned.fire();
    });
    document.onDidDispose(() => {
      this.documents.delete(document);
      this.planned.fire();
      if (document === this.activeDocument) this.activate([...this.documents].at(-1));
    });
    this.activate(document);
    this.added.fire(document);
  }

  /** The document of `file` once it is open; fails if it cannot be opened. */
  async opened(file: vscode.Uri): Promise<ModelDocument> {
    const document = [...this.documents].find(({ uri }) => uri.toString() === file.toString()) ?? (await this.nextOf(file));
    await document.opened;
    return document;
  }

  /** Of a config file with this text, as an open model sees them; undefined where none has a plan for it. */
  configProblems(file: vscode.Uri, text: string): readonly ConfigProblem[] | undefined {
    for (const document of this.documents) {
      const problems = document.configProblems(file, text);
      if (problems !== undefined) return problems;
    }
    return undefined;
  }

  activate(document: ModelDocument | undefined): void {
    if (document === this.activeDocument) return;
    this.activeDocument = document;
    this.changed.fire();
  }

  dispose(): void {
    vscode.Disposable.from(this.added, this.changed, this.planned).dispose();
  }

  private nextOf(file: vscode.Uri): Promise<ModelDocument> {
    return new Promise((resolve) => {
      const added = this.added.event((document) => {
        if (document.uri.toString() !== file.toString()) return;
        added.dispose();
        resolve(document);
      });
    });
  }
}
