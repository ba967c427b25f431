import * as vscode from 'vscode';
import { UserError } from '../engine/errors';
import { errorText, type Messages } from '../document/messages';
import type { Change, ModelDocument } from '../document/modelDocument';
import type { FromGraph, SnapshotTables, ToGraph } from '../../webview/protocol';

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

/** Keeps one graph webview and its document in step. A webview that was hidden starts over with `ready`. */
export function connectGraph(document: ModelDocument, webview: vscode.Webview, messages: Messages, activate: () => void): vscode.Disposable {
  let selecting = false;
  /** What the webview has. */
  let sent: readonly SnapshotTables[] = [];
  const post = (message: ToGraph) => void webview.postMessage(message);

  const sendGraph = () => {
    const { graph, shown } = document.conversion;
    if (document.failure !== undefined) post({ type: 'error', message: errorText(document.failure) });
    else if (graph !== undefined) {
      post({ type: 'graph', graph, shown });
      sent = graph.snapshots;
    }
  };
  const sendDetails = () => {
    const { selected } = document;
    if (selected === undefined) return;
    document.conversion.details(selected).then(
      (details) => selected === document.selected && post({ type: 'details', details }),
      // A node that the conversion had added is gone after stepping back.
      (error: unknown) => (error instanceof UserError ? document.select(undefined) : messages.show(error)),
    );
  };
  const send: Readonly<Record<Change, () => void>> = {
    graph: sendGraph,
    snapshots: () => {
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
    config: () => {},
  };

  const command = (id: string, ...args: readonly unknown[]) => {
    activate();
    return vscode.commands.executeCommand(`mixedPrecision.${id}`, ...args);
  };
  const handlers: Partial<Handlers> = {
    ready: () => {
      sendGraph();
      send.running();
      send.selection();
    },
    select: ({ id }) => {
      selecting = true;
      document.select(id);
      selecting = false;
    },
    showSnapshot: ({ snapshot }) => command('showSnapshot', snapshot),
    command: ({ command: name }) => command(COMMANDS[name]),
    openConfigKey: ({ key }) => command('openConfigFile', key),
    copy: ({ text }) => vscode.env.clipboard.writeText(text),
  };

  return vscode.Disposable.from(
    document.onDidChange((change) => send[change]()),
    webview.onDidReceiveMessage((message: FromGraph) => (handlers[message.type] as ((message: FromGraph) => unknown) | undefined)?.(message)),
  );
}
