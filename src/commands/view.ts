import type { ViewAction } from '../../webview/protocol';
import { modelCommand, type Command } from './command';
import { graphHidden } from './reasons';

/** Command by what it has the graph in front do with its view. */
const ACTIONS: Readonly<Record<ViewAction, string>> = {
  collapseAll: 'collapseAll',
  expandAllCasts: 'expandAllCasts',
  find: 'findInGraph',
  fit: 'fitGraph',
  play: 'playChanges',
};

export const viewCommands: readonly Command[] = (Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]).map((action) =>
  modelCommand({ id: ACTIONS[action], notNow: graphHidden, run: (document) => document.editors.active?.post({ type: 'view', action }) }),
);
