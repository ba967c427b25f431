import * as vscode from 'vscode';
import { modelCommand } from './command';
import { notOpen } from './reasons';
import { contextTarget, targetNode } from './target';

/** Copies the name that a node has in the file, or the path of a group. */
export const copyName = modelCommand({
  id: 'copyName',
  notNow: notOpen,
  async run(document, _, given) {
    const target = contextTarget(given);
    const id = target?.mixedPrecisionTarget === 'group' ? undefined : await targetNode(document, given);
    const name = target?.mixedPrecisionTarget === 'group' ? target.groups.join('\n') : id && (await document.conversion.details(id)).name;
    if (name !== undefined) await vscode.env.clipboard.writeText(name);
    return name;
  },
});
