import * as vscode from 'vscode';
import type { FromConfig, ToConfig } from '../webview/protocol';
import * as api from './api';
import { registerCommands } from './commands/register';
import { Messages } from './document/messages';
import type { ModelDocument } from './document/modelDocument';
import { OpenDocuments } from './document/openDocuments';
import { registerConfigCodeActions } from './views/configCodeActions';
import { registerConfigDiagnostics } from './views/configDiagnostics';
import { ConfigPanelProvider } from './views/configPanel';
import { trackContextKeys } from './views/contextKeys';
import { FileContents } from './views/fileContents';
import { GraphEditorProvider } from './views/graphEditor';
import { trackSavedModelFolders } from './views/savedModelFolders';
import { createStatusBar } from './views/statusBar';
import { registerWelcome } from './views/welcome';
import { type OpenTuning, TuningPanels } from './views/tuningPanels';
import { showWindowProgress } from './views/windowProgress';

/** What other extensions get of this one: the engine as programs import it. */
export type ExtensionApi = typeof api & {
  /** Where VS Code runs tests only. */
  readonly testing?: TestingApi;
};

/** What the tests inside VS Code see of the extension. */
export interface TestingApi {
  readonly activeDocument: () => Pick<ModelDocument, 'uri' | 'conversion' | 'configView' | 'failure' | 'selected' | 'select' | 'editors' | 'sensitivity'> | undefined;
  /** As if the side panel had sent the message; resolves to what the user was told went wrong. */
  readonly sendToConfig: (message: FromConfig) => Promise<string | undefined>;
  /** What the side panel is told. */
  readonly onDidPostToConfig: vscode.Event<ToConfig>;
  /** The search of the active model. */
  readonly activeTuning: () => OpenTuning | undefined;
  /** Paths of the folders that the explorer offers to open. */
  readonly savedModelFolders: ReadonlySet<string>;
}

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const messages = new Messages();
  const documents = new OpenDocuments();
  const contents = new FileContents();
  const panel = new ConfigPanelProvider(context.extensionUri, documents, messages);
  const savedModels = trackSavedModelFolders();
  const tuning = new TuningPanels(context.extensionUri, documents, messages);
  context.subscriptions.push(
    messages,
    documents,
    new GraphEditorProvider(context.extensionUri, documents, messages, contents).register(),
    contents.register(),
    panel.register(),
    tuning.register(),
    registerCommands({ documents, messages, tuning, context }),
    trackContextKeys(documents),
    savedModels,
    createStatusBar(documents),
    showWindowProgress(documents),
    registerWelcome(),
    registerConfigDiagnostics(documents),
    registerConfigCodeActions(documents),
  );
  if (context.extensionMode !== vscode.ExtensionMode.Test) return api;
  const testing: TestingApi = {
    activeDocument: () => documents.active, sendToConfig: (message) => panel.receive(message), onDidPostToConfig: panel.onDidPost, activeTuning: () => tuning.of(documents.active),
    savedModelFolders: savedModels.folders,
  };
  return { ...api, testing };
}
