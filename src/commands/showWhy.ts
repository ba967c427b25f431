import * as vscode from 'vscode';
import type { ModelDocument } from '../document/modelDocument';
import { nodeId, textAt } from '../../webview/tables';
import { modelCommand } from './command';
import { notOpen } from './reasons';

/** Selects a node (given by id, already selected, or picked from a list), so that the graph shows its details, and says why it has its precision. */
export const showWhy = modelCommand({
  id: 'showWhy',
  notNow: notOpen,
  async run(document, _, given) {
    const id = typeof given === 'string' ? given : (document.selected ?? (await pickNode(document)));
    if (id === undefined) return undefined;
    document.select(id);
    const details = await document.conversion.details(id);
    vscode.window.setStatusBarMessage(details.why.text, 10_000);
    return details;
  },
});

async function pickNode(document: ModelDocument): Promise<string | undefined> {
  const nodes = document.conversion.graph?.nodes;
  if (nodes === undefined) return undefined;
  const items = Array.from({ length: nodes.count }, (_, node) => ({ label: textAt(nodes.names, node), description: nodes.ops[nodes.op[node]!], id: nodeId(nodes, node) }));
  return (await vscode.window.showQuickPick(items, { title: 'Show Why', placeHolder: 'Choose a node', matchOnDescription: true }))?.id;
}
