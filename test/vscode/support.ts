import { strictEqual } from 'node:assert';
import { commands, extensions, Uri, window, workspace } from 'vscode';
import type { Outcome } from '../../src/commands/command';
import type { ExtensionApi, TestingApi } from '../../src/extension';
import type { GraphTables } from '../../webview/protocol';
import { nodeId } from '../../webview/tables';

export const EXTENSION_ID = 'mixed-precision.mixed-precision';

/** A file of the sample workspace, a fresh copy for each run. */
export function sample(name: string): Uri {
  return Uri.joinPath(workspace.workspaceFolders![0]!.uri, name);
}

/** What the extension shows tests of itself. */
export async function api(): Promise<TestingApi> {
  return (await extensions.getExtension<ExtensionApi>(EXTENSION_ID)!.activate()).testing!;
}

/** Resolves once `condition` holds; the test's own time limit ends a wait in vain. */
export async function until<T>(condition: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The active document, once it is that of `file` and its model is open. */
export async function opened(file: Uri) {
  const { activeDocument } = await api();
  return until(() => {
    const document = activeDocument();
    return document?.uri.toString() === file.toString() && document.conversion.graph !== undefined && document.conversion.running === undefined && document;
  });
}

export async function run(command: string, ...args: readonly unknown[]): Promise<Outcome> {
  return commands.executeCommand<Outcome>(`mixedPrecision.${command}`, ...args);
}

/** Runs a command that must succeed. */
export async function done(command: string, ...args: readonly unknown[]): Promise<unknown> {
  const outcome = await run(command, ...args);
  strictEqual(outcome.status, 'done', 'message' in outcome ? outcome.message : undefined);
  return outcome.status === 'done' ? outcome.value : undefined;
}

export async function remove(file: Uri): Promise<void> {
  await workspace.fs.delete(file).then(undefined, () => {});
}

export async function read(file: Uri): Promise<string> {
  return new TextDecoder().decode(await workspace.fs.readFile(file));
}

export async function closeAll(): Promise<void> {
  await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await commands.executeCommand('workbench.action.closeAllEditors');
  const { activeDocument } = await api();
  await until(() => activeDocument() === undefined && window.tabGroups.all.every(({ tabs }) => tabs.length === 0));
}

/** Ids of the nodes of an op type. */
export function nodesOf(graph: GraphTables, op: string): string[] {
  const type = graph.nodes.ops.indexOf(op);
  return [...graph.nodes.op.keys()].filter((node) => graph.nodes.op[node] === type).map((node) => nodeId(graph.nodes, node));
}
