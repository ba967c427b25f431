import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { editsOf } from '../document/configEdits';
import { CONFIG_VIEW } from '../document/ids';
import { errorText, type Messages } from '../document/messages';
import type { ModelDocument } from '../document/modelDocument';
import { newestOnly } from '../document/newestOnly';
import type { OpenDocuments } from '../document/openDocuments';
import { CancelledError, UserError } from '../engine/errors';
import type { ConfigEdit } from '../engine/config/problem';
import { configPage } from '../../webview/page';
import type { ConfigChange, FromConfig, ToConfig } from '../../webview/protocol';
import { OpLights } from './opLights';

type Request = Exclude<FromConfig, ConfigChange | { readonly type: 'ready' }>;
type Requests = { readonly [T in Request['type']]: (message: Extract<Request, { type: T }>, document: ModelDocument) => unknown };

/** The side panel: shows the config of the active model and turns each edit into one change of its config file. */
export class ConfigPanelProvider implements vscode.WebviewViewProvider {
  private readonly posted = new vscode.EventEmitter<ToConfig>();
  private readonly lights = new OpLights((message) => this.posted.fire(message), (error) => this.messages.show(error));
  private readonly trials = newestOnly(
    ({ document, edits }: { readonly document: ModelDocument; readonly edits: readonly ConfigEdit[] }) => document.preview(edits),
    (outcome) => this.posted.fire({ type: 'trial', outcome }),
    (error) => {
      this.posted.fire({ type: 'trial', outcome: undefined });
      if (!(error instanceof UserError || error instanceof CancelledError)) this.messages.show(error);
    },
  );
  private readonly requests: Requests = {
    try: ({ change }, document) => this.try(change, document),
    matchPattern: ({ pattern }, document) => this.lights.show(document, pattern === undefined ? undefined : { pattern }, true),
    highlight: ({ query }, document) => this.lights.show(document, query, false),
    pickCalibration: () => vscode.commands.executeCommand('mixedPrecision.chooseCalibrationData'),
    chooseProfile: () => vscode.commands.executeCommand('mixedPrecision.applyProfile'),
    tune: () => vscode.commands.executeCommand('mixedPrecision.tune'),
    openFile: ({ path }) => vscode.commands.executeCommand('mixedPrecision.openConfigFile', path),
  };

  /** What is told to the panel, whether it is there or not. */
  readonly onDidPost = this.posted.event;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly documents: OpenDocuments,
    private readonly messages: Messages,
  ) {}

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      this.posted,
      vscode.window.registerWebviewViewProvider(CONFIG_VIEW, this),
      this.documents.onDidChange(() => this.lights.keepTo(this.documents.active)),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { webview } = view;
    const assets = vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview');
    let posted = '';
    const post = () => {
      const message: ToConfig = { type: 'config', config: this.documents.active?.configView };
      const text = JSON.stringify(message);
      // Progress changes the document often and the config seldom.
      if (text !== posted) this.posted.fire(message);
      posted = text;
    };
    const subscriptions = vscode.Disposable.from(
      this.posted.event((message) => void webview.postMessage(message)),
      this.documents.onDidChange(post),
      // A panel that cannot be seen points at nothing.
      view.onDidChangeVisibility(() => view.visible || this.lights.end()),
      webview.onDidReceiveMessage((message: FromConfig) => {
        if (message.type !== 'ready') return void this.receive(message);
        posted = '';
        post();
      }),
    );
    view.onDidDispose(() => {
      subscriptions.dispose();
      this.lights.end();
    });
    webview.options = { enableScripts: true, localResourceRoots: [assets] };
    const script = webview.asWebviewUri(vscode.Uri.joinPath(assets, 'config.js')).toString();
    webview.html = configPage({ nonce: randomUUID(), cspSource: webview.cspSource, script, translations: vscode.l10n.bundle });
  }

  /** Does what a control of the panel asks for; resolves to what the user was told went wrong. */
  async receive(message: FromConfig): Promise<string | undefined> {
    const document = this.documents.active;
    if (document === undefined || message.type === 'ready') return undefined;
    try {
      const edits = editsOf(message);
      if (edits !== undefined) await document.editConfig(edits);
      else await (this.requests[message.type as Request['type']] as (message: FromConfig, document: ModelDocument) => unknown)(message, document);
      return undefined;
    } catch (error) {
      this.messages.show(error);
      return errorText(error);
    }
  }

  private try(change: ConfigChange | undefined, document: ModelDocument): void {
    this.trials(change && { document, edits: editsOf(change) ?? [] });
    if (change === undefined) this.posted.fire({ type: 'trial', outcome: undefined });
  }
}
