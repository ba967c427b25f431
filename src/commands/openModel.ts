import * as vscode from 'vscode';
import { FILE_TYPES } from '../engine/formats/fileTypes';
import type { Command } from './command';
import { openInGraphEditor } from './openInGraphEditor';

/** Asks for a model, or takes its uri, and opens it in the graph editor. */
export const openModel: Command = {
  id: 'openModel',
  async run(rooms, given) {
    const file = given instanceof vscode.Uri ? given : await pickModel();
    if (file !== undefined) await openInGraphEditor(file, rooms);
  },
};

async function pickModel(): Promise<vscode.Uri | undefined> {
  const filters: Record<string, string[]> = { [vscode.l10n.t('Models')]: FILE_TYPES.flatMap(({ extensions, opensOnly = [] }) => [...extensions, ...opensOnly]) };
  for (const { name, extensions, opensOnly = [] } of FILE_TYPES) filters[name] = [...extensions, ...opensOnly];
  return (await vscode.window.showOpenDialog({ title: vscode.l10n.t('Open Model'), openLabel: vscode.l10n.t('Open Model'), filters }))?.[0];
}
