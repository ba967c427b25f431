import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { GRAPH_EDITOR } from '../document/ids';
import type { Messages } from '../document/messages';
import { ModelDocument } from '../document/modelDocument';
import type { OpenDocuments } from '../document/openDocuments';
import { UserError } from '../engine/errors';
import { EngineStoppedError } from '../worker/engineClient';
import { graphPage } from '../../webview/page';
import type { FileContents } from './fileContents';
import { connectGraph } from './graphMessages';

/** Opens models in the graph editor. One document may have several editors. */
export class GraphEditorProvider implements vscode.CustomReadonlyEditorProvider<ModelDocument> {
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly documents: OpenDocuments,
    private readonly messages: Messages,
    private readonly contents: FileContents,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider(GRAPH_EDITOR, this, { supportsMultipleEditorsPerDocument: true });
  }

  /** Returns at once: the editor shows how opening goes. */
  openCustomDocument(uri: vscode.Uri): ModelDocument {
    const document = new ModelDocument(uri, vscode.Uri.joinPath(this.extensionUri, 'dist', 'engineWorker.js').fsPath);
    document.onDidFail((error) => this.report(error, document));
    this.documents.add(document);
    document.open().catch((error: unknown) => this.report(error, document));
    return document;
  }

  resolveCustomEditor(document: ModelDocument, panel: vscode.WebviewPanel): void {
    const assets = vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [assets] };
    const editor = connectGraph(document, panel, this.messages, () => this.documents.activate(document));
    const focus = () => {
      if (!panel.active) return;
      document.editors.focus(editor);
      this.documents.activate(document);
    };
    panel.onDidChangeViewState(focus);
    panel.onDidDispose(() => {
      editor.dispose();
    });
    const asset = (name: string) => panel.webview.asWebviewUri(vscode.Uri.joinPath(assets, name)).toString();
    panel.webview.html = graphPage({
      nonce: randomUUID(),
      cspSource: panel.webview.cspSource,
      script: asset('graph.js'),
      layoutWorker: asset('layoutWorker.js'),
      translations: vscode.l10n.bundle,
    });
    focus();
  }

  private report(error: unknown, document: ModelDocument): void {
    if (error instanceof EngineStoppedError) this.messages.show(error, { [vscode.l10n.t('Reopen Model')]: () => this.reopen(document) });
    else this.messages.show(error, error instanceof UserError ? this.contents.actions(error) : {});
  }

  private reopen(document: ModelDocument): void {
    document.reopen().catch((error: unknown) => this.messages.show(error));
  }
}
