import * as vscode from 'vscode';
import { NotNowError } from '../document/messages';
import type { Command } from './command';
import { openInGraphEditor } from './openInGraphEditor';

/** The explorer's and the editor title's way in: `file` is what was clicked on. */
export const openInMixedPrecision: Command = {
  id: 'openInMixedPrecision',
  async run(rooms, file) {
    if (!(file instanceof vscode.Uri)) throw new NotNowError(vscode.l10n.t('Right-click a model file in the explorer, or use "Mixed Precision: Open Model…".'));
    await openInGraphEditor(file, rooms);
  },
};
