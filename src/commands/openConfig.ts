import * as vscode from 'vscode';
import { CONFIG_VIEW } from '../document/ids';
import { modelCommand } from './command';
import { notOpen } from './reasons';

/** Shows the config of the active model in the side panel. */
export const openConfig = modelCommand({
  id: 'openConfig',
  notNow: notOpen,
  run: () => vscode.commands.executeCommand(`${CONFIG_VIEW}.focus`),
});
