import * as vscode from 'vscode';
import { modelCommand } from './command';
import { notOpen } from './reasons';
import { targetNode } from './target';

/** Selects a node, so that the graph shows its details, and says why it has its precision. */
export const showWhy = modelCommand({
  id: 'showWhy',
  notNow: notOpen,
  async run(document, _, given) {
    const id = await targetNode(document, given);
    if (id === undefined) return undefined;
    document.select(id);
    const details = await document.conversion.details(id);
    vscode.window.setStatusBarMessage(details.why.text, 10_000);
    return details;
  },
});
