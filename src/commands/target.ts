import * as vscode from 'vscode';
import type { ModelDocument } from '../document/modelDocument';
import { nodeId, textAt } from '../../webview/tables';
import type { ContextTarget } from '../../webview/protocol';

/** What the context menu of the graph was opened on, where a command was chosen there. */
export function contextTarget(given: unknown): ContextTarget | undefined {
  return typeof given === 'object' && given !== null && 'mixedPrecisionTarget' in given ? (given as ContextTarget) : undefined;
}

/** Id of the node a command is about: given by the context menu or a caller, selected, or picked from a list. */
export async function targetNode(document: ModelDocument, given: unknown): Promise<string | undefined> {
  if (typeof given === 'string') return given;
  const target = contextTarget(given);
  if (target !== undefined && 'id' in target) return target.id;
  return document.selected ?? pickNode(document);
}

async function pickNode(document: ModelDocument): Promise<string | undefined> {
  const nodes = document.conversion.graph?.nodes;
  if (nodes === undefined) return undefined;
  const items = Array.from({ length: nodes.count }, (_, node) => ({ label: textAt(nodes.names, node), description: nodes.ops[nodes.op[node]!], id: nodeId(nodes, node) }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Choose an Op'), placeHolder: vscode.l10n.t('Name or op type'), matchOnDescription: true }))?.id;
}
