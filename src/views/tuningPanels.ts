import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { GRAPH_EDITOR, TUNING_VIEW } from '../document/ids';
import { errorText, type Messages } from '../document/messages';
import type { ModelDocument } from '../document/modelDocument';
import type { OpenDocuments } from '../document/openDocuments';
import { Tuning } from '../document/tuning';
import { tuningPage } from '../../webview/page';
import type { FromTuning, ToTuning } from '../../webview/protocol';
import { TrialPost } from './trialPost';

type Handlers = { readonly [T in FromTuning['type']]: (message: Extract<FromTuning, { type: T }>) => unknown };

/** A panel and the search it shows. */
export interface OpenTuning {
  readonly tuning: Tuning;
  readonly panel: vscode.WebviewPanel;
  /** Does what a control of the view asks for; resolves to what the user was told went wrong. */
  readonly receive: (message: FromTuning) => Promise<string | undefined>;
}

/** The searches for the lowest precisions, one panel per model; a panel that is closed ends its search, whose journal stays. */
export class TuningPanels {
  private readonly open_ = new Map<ModelDocument, OpenTuning>();

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly documents: OpenDocuments,
    private readonly messages: Messages,
  ) {}

  /** Also brings back panels after the window was reloaded. */
  register(): vscode.Disposable {
    return vscode.window.registerWebviewPanelSerializer(TUNING_VIEW, {
      deserializeWebviewPanel: async (panel, state: { readonly uri?: string } | undefined) => {
        const uri = state?.uri === undefined ? undefined : vscode.Uri.parse(state.uri);
        try {
          if (uri === undefined) throw new Error(vscode.l10n.t('It is not known of which model the search was.'));
          await vscode.commands.executeCommand('vscode.openWith', uri, GRAPH_EDITOR, { viewColumn: vscode.ViewColumn.One, preserveFocus: true });
          this.connect(await this.documents.opened(uri), panel);
        } catch (error) {
          panel.dispose();
          this.messages.show(error);
        }
      },
    });
  }

  /** Of a model; undefined while none is open. */
  of(document: ModelDocument | undefined): OpenTuning | undefined {
    return document && this.open_.get(document);
  }

  /** Shows the search of a model, beside its graph unless it is open elsewhere. */
  open(document: ModelDocument): Tuning {
    const open = this.open_.get(document);
    open?.panel.reveal();
    if (open !== undefined) return open.tuning;
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false };
    return this.connect(document, vscode.window.createWebviewPanel(TUNING_VIEW, vscode.l10n.t('Tune {0}', document.name), column));
  }

  private connect(document: ModelDocument, panel: vscode.WebviewPanel): Tuning {
    this.open_.get(document)?.panel.dispose();
    const { webview } = panel;
    const file = (...parts: string[]) => vscode.Uri.joinPath(this.extensionUri, 'dist', ...parts);
    const tuning = new Tuning(document, file('searchWorker.js').fsPath);
    const post = new TrialPost(tuning, (message: ToTuning) => void webview.postMessage(message));
    const receive = (message: FromTuning) => this.receive(message, document, tuning, post);
    this.open_.set(document, { tuning, panel, receive });
    const subscriptions = vscode.Disposable.from(
      tuning,
      post,
      webview.onDidReceiveMessage(receive),
      document.onDidDispose(() => void panel.dispose()),
      panel.onDidChangeViewState(() => panel.active && this.documents.activate(document)),
    );
    panel.onDidDispose(() => {
      subscriptions.dispose();
      if (this.open_.get(document)?.panel === panel) this.open_.delete(document);
    });
    webview.options = { enableScripts: true, localResourceRoots: [file('webview')] };
    const script = webview.asWebviewUri(file('webview', 'tuning.js')).toString();
    webview.html = tuningPage({ nonce: randomUUID(), cspSource: webview.cspSource, script, translations: vscode.l10n.bundle });
    return tuning;
  }

  private async receive(message: FromTuning, document: ModelDocument, tuning: Tuning, post: TrialPost): Promise<string | undefined> {
    const command = (id: string): Thenable<unknown> => {
      this.documents.activate(document);
      return vscode.commands.executeCommand(`mixedPrecision.${id}`);
    };
    const handlers: Handlers = {
      ready: () => post.again(),
      start: () => tuning.start('continue'),
      startAnew: () => tuning.start('anew'),
      pause: () => tuning.pause(),
      resume: () => tuning.resume(),
      cancel: () => tuning.cancel(),
      chooseData: () => command('chooseTuningData'),
      chooseMetric: () => command('chooseTuningMetric'),
      openConfig: () => command('openConfig'),
      apply: ({ trial }) => tuning.apply(trial),
      locate: ({ trial }) => tuning.locate(trial),
      setStrategy: ({ strategy }) => document.editConfig([{ path: ['tuning', 'strategy'], value: strategy }]),
      setMetric: ({ metric }) => document.editConfig([{ path: ['tuning', 'metric'], value: metric }]),
      setMaxTrials: ({ trials }) => document.editConfig([{ path: ['tuning', 'max_trials'], value: trials }]),
      show: ({ id }) => document.select(id),
    };
    try {
      await (handlers[message.type] as (message: FromTuning) => unknown)(message);
      return undefined;
    } catch (error) {
      this.messages.show(error);
      return errorText(error);
    }
  }
}
