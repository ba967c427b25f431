import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { editsOf } from '../document/configEdits';
import { CONFIG_VIEW } from '../document/ids';
import type { Messages } from '../document/messages';
import type { ModelDocument } from '../document/modelDocument';
import type { OpenDocuments } from '../document/openDocuments';
import { configPage } from '../../webview/page';
import type { FromConfig, ToConfig } from '../../webview/protocol';

/** The side panel: shows the config of the active model and turns each edit into one change of its config file. */
export class ConfigPanelProvider implements vscode.WebviewViewProvider {
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly documents: OpenDocuments,
    private readonly messages: Messages,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerWebviewViewProvider(CONFIG_VIEW, this);
  }

  resolveWebviewView({ webview, onDidDispose }: vscode.WebviewView): void {
    const assets = vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview');
    let posted = '';
    const post = () => {
      const message: ToConfig = { type: 'config', config: this.documents.active?.configView };
      const text = JSON.stringify(message);
      // Progress changes the document often and the config seldom.
      if (text !== posted) void webview.postMessage(message);
      posted = text;
    };
    const subscriptions = vscode.Disposable.from(
      this.documents.onDidChange(post),
      webview.onDidReceiveMessage(async (message: FromConfig) => {
        if (message.type !== 'ready') return this.receive(message);
        posted = '';
        post();
      }),
    );
    onDidDispose(() => {
      subscriptions.dispose();
    });
    webview.options = { enableScripts: true, localResourceRoots: [assets] };
    const script = webview.asWebviewUri(vscode.Uri.joinPath(assets, 'config.js')).toString();
    webview.html = configPage({ nonce: randomUUID(), cspSource: webview.cspSource, script, translations: vscode.l10n.bundle });
  }

  /** Does what a control of the panel asks for; an error is shown to the user. */
  async receive(message: FromConfig): Promise<void> {
    const document = this.documents.active;
    if (document === undefined) return;
    try {
      if (message.type === 'openFile') await vscode.commands.executeCommand('mixedPrecision.openConfigFile');
      else if (message.type === 'pickCalibration') await pickCalibration(document);
      else await document.editConfig(editsOf(message) ?? []);
    } catch (error) {
      this.messages.show(error);
    }
  }
}

async function pickCalibration(document: ModelDocument): Promise<void> {
  const filters = { [vscode.l10n.t('NumPy archive')]: ['npz'] };
  const chosen = await vscode.window.showOpenDialog({ title: vscode.l10n.t('Calibration Data'), defaultUri: document.configFolder, filters });
  if (chosen?.[0] === undefined) return;
  const data = posix.relative(document.configFolder.path, chosen[0].path);
  await document.editConfig([{ path: ['calibration', 'data'], value: data.startsWith('..') ? chosen[0].fsPath : data }]);
}
