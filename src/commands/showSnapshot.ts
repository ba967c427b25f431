import * as vscode from 'vscode';
import { NotNowError } from '../document/messages';
import { modelCommand } from './command';
import { busy, notOpen } from './reasons';

/** Shows the snapshot with this index and first runs the phases it needs; behind the phase bar, not in the palette. */
export const showSnapshot = modelCommand({
  id: 'showSnapshot',
  notNow: notOpen,
  run(document, _, snapshot) {
    if (typeof snapshot !== 'number') throw new NotNowError(vscode.l10n.t('Choose a snapshot in the phase bar of the graph.'));
    const reason = snapshot < document.conversion.snapshots.length ? undefined : busy(document);
    if (reason !== undefined) throw new NotNowError(reason);
    return document.showSnapshot(snapshot);
  },
});
