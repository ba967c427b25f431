import * as vscode from 'vscode';
import type { ModelDocument } from '../document/modelDocument';
import { nextPhase } from '../document/phases';

/** Why something is impossible with this model now, in a sentence; undefined when it is possible. */
export type Reason = (document: ModelDocument) => string | undefined;

export const notOpen: Reason = ({ name, failure, conversion }) => {
  if (failure !== undefined) return vscode.l10n.t('{0} is not open; its editor says why. "Mixed Precision: Reopen Model" tries again.', name);
  return conversion.graph === undefined ? vscode.l10n.t('{0} is still being opened.', name) : undefined;
};

export const busy: Reason = (document) => {
  const { running } = document.conversion;
  return notOpen(document) ?? (running && vscode.l10n.t('{0} is under way. Cancel it or wait until it is done.', running.title));
};

export const noPhaseLeft: Reason = (document) =>
  busy(document) ?? (nextPhase(document.conversion.snapshots.length) === undefined ? vscode.l10n.t('All phases have run. Step back or reset to run them again.') : undefined);

export const noPhaseRan: Reason = (document) =>
  busy(document) ?? (document.conversion.snapshots.length < 2 ? vscode.l10n.t('No phase has run yet. Use "Mixed Precision: Run Next Phase" first.') : undefined);

export const idle: Reason = ({ conversion }) => (conversion.running === undefined ? vscode.l10n.t('Nothing is running that could be cancelled.') : undefined);

/** What acts on the graph in front needs one. */
export const graphHidden: Reason = (document) =>
  notOpen(document) ?? (document.editors.active?.isVisible === true ? undefined : vscode.l10n.t('The graph of {0} is hidden. Bring its editor to the front first.', document.name));

export const alreadyComparing: Reason = (document) =>
  graphHidden(document) ?? (document.editors.isComparing ? vscode.l10n.t('{0} is compared with the original already.', document.name) : undefined);
