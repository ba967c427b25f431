import * as vscode from 'vscode';
import { findConfigKey } from '../document/configEdits';
import type { Path } from '../engine/config/problem';
import { modelCommand } from './command';
import { notOpen } from './reasons';

/** Opens the config file as text beside the graph, at `key` (such as `op_type_dict.Conv2D`, or the path to it) where it has it. */
export const openConfigFile = modelCommand({
  id: 'openConfigFile',
  notNow: notOpen,
  async run(document, _, key) {
    const text = await document.openConfigText();
    const place = typeof key === 'string' || Array.isArray(key) ? findConfigKey(text.getText(), key as string | Path) : undefined;
    const selection = place && new vscode.Range(text.positionAt(place.offset), text.positionAt(place.offset + place.length));
    await vscode.window.showTextDocument(text, { viewColumn: vscode.ViewColumn.Beside, selection });
  },
});
