import * as vscode from 'vscode';
import { UserError } from '../engine/errors';
import type { Editor } from '../document/editors';
import { errorText, type Messages } from '../document/messages';
import type { Change, ModelDocument } from '../document/modelDocument';
import { sensitivityTable } from '../document/sensitivity';
import type { FromGraph, SnapshotTables, ToGraph } from '../../webview/protocol';
import { PictureRequests } from './pictureRequests';

type GraphCommand = Extract<FromGraph, { type: 'command' }>['command'];

const COMMANDS: Readonly<Record<GraphCommand, string>> = {
  runNextPhase: 'runNextPhase',
  runAllPhases: 'runAllPhases',
  stepBack: 'stepBack',
  reset: 'reset',
  save: 'saveConvertedModel',
  cancel: 'cancel',
  openConfig: 'openConfig',
};

type Handlers = { readonly [T in FromGraph['type']]: (message: Extract<FromGraph, { type: T }>) => unknown };

/** A graph editor whose messages are listened to until it is disposed. */
export interface ConnectedEditor extends Editor, vscode.Disposable {}

/** Keeps one graph webview and its document in step. A webview that was hidden starts over with `ready`. */
export function connectGraph(document: ModelDocument, panel: vscode.WebviewPanel, messages: Messages, activate: () => void): ConnectedEditor {
  const { webview } = panel;
  const { editors } = document;
  let selecting = false;
  let wasPinned = false;
  /** What the webview has. */
  let sent: readonly SnapshotTables[] = [];
  const post = (message: ToGraph) => void webview.postMessage(message);
  const pictures = new PictureRequests(post);

  const sendGraph = () => {
    const { graph, shown } = document.conversion;
    if (document.failure !== undefined) post({ type: 'error', message: errorText(document.failure) });
    else if (graph !== undefined && editors.isPinned(editor)) post({ type: 'graph', graph: { ...graph, snapshots: graph.snapshots.slice(0, 1) }, shown: 0, pinned: true });
    else if (graph !== undefined) {
      post({ type: 'graph', graph, shown });
      sent = graph.snapshots;
    }
  };
  const sendSensitivity = () => {
    const { graph } = document.conversion;
    if (graph !== undefined) post({ type: 'sensitivity', table: sensitivityTable(graph, document.sensitivity.errors) });
  };
  const sendDetails = () => {
    const { selected } = document;
    if (selected === undefined) return;
    const isPinned = editors.isPinned(editor);
    document.conversion.details(selected, isPinned ? 0 : undefined).then(
      (details) => selected === document.selected && post({ type: 'details', details, errors: document.sensitivity.errors.get(selected) ?? [] }),
      (error: unknown) => {
        if (!(error instanceof UserError)) messages.show(error);
        // A node that the conversion had added is gone after stepping back, and never was in the opened model.
        else if (isPinned) post({ type: 'select' });
        else document.select(undefined);
      },
    );
  };
  const send: Readonly<Record<Change, () => void>> = {
    graph: sendGraph,
    snapshots: () => {
      if (editors.isPinned(editor)) return;
      const { snapshots, shown } = document.conversion;
      const changed = snapshots.findIndex((snapshot, index) => snapshot !== sent[index]);
      const keep = changed < 0 ? snapshots.length : changed;
      post({ type: 'snapshots', keep, added: snapshots.slice(keep), shown });
      sent = snapshots;
      sendDetails();
    },
    running: () => post({ type: 'running', running: document.conversion.running }),
    selection: () => {
      // A selection made in this webview is not sent back: it would move the view.
      if (!selecting) post({ type: 'select', id: document.selected });
      sendDetails();
    },
    // Snapshots that stay as they are may have other reasons.
    config: sendDetails,
    sensitivity: () => {
      sendSensitivity();
      sendDetails();
    },
    // The side panel shows these.
    outcome: () => {},
    data: () => {},
  };

  const command = (id: string, ...args: readonly unknown[]) => {
    activate();
    return vscode.commands.executeCommand(`mixedPrecision.${id}`, ...args);
  };
  const handlers: Handlers = {
    ready() {
      editor.start();
      pictures.again();
    },
    select: ({ id }) => {
      selecting = true;
      document.select(id);
      selecting = false;
    },
    showSnapshot: ({ snapshot }) => command('showSnapshot', snapshot),
    command: ({ command: name }) => command(COMMANDS[name]),
    openConfigKey: ({ key }) => command('openConfigFile', key),
    moved: ({ view }) => editors.moved(editor, view),
    exported: ({ format, bytes, note }) => pictures.answer(format, { bytes, note }),
    exportFailed: ({ message }) => pictures.fail(new UserError(message)),
    copy: ({ text }) => vscode.env.clipboard.writeText(text),
  };

  const subscriptions = vscode.Disposable.from(
    pictures,
    document.onDidChange((change) => send[change]()),
    webview.onDidReceiveMessage((message: FromGraph) => (handlers[message.type] as ((message: FromGraph) => unknown) | undefined)?.(message)),
  );
  const editor: ConnectedEditor = {
    get isVisible() {
      return panel.visible;
    },
    post,
    start() {
      // Without a title VS Code shows the file's name in the way the user set.
      if (wasPinned !== editors.isPinned(editor)) panel.title = wasPinned ? '' : vscode.l10n.t('{0} (original)', document.name);
      wasPinned = editors.isPinned(editor);
      sendGraph();
      sendSensitivity();
      send.running();
      send.selection();
      editors.welcome(editor);
    },
    picture: (format) => pictures.ask(format),
    dispose() {
      editors.remove(editor);
      subscriptions.dispose();
    },
  };
  editors.add(editor);
  return editor;
}
