import * as vscode from 'vscode';
import type { ModelDocument } from '../document/modelDocument';
import type { OpenDocuments } from '../document/openDocuments';
import { nextPhase } from '../document/phases';

/** What `enablement` and `when` clauses in package.json ask, for the active model. */
const KEYS: Readonly<Record<string, (document: ModelDocument) => boolean>> = {
  hasModel: ({ conversion, failure }) => conversion.graph !== undefined && failure === undefined,
  running: ({ conversion }) => conversion.running !== undefined,
  canRun: ({ conversion: { graph, running, snapshots } }) => graph !== undefined && running === undefined && nextPhase(snapshots.length) !== undefined,
  converted: ({ conversion }) => conversion.snapshots.length > 1,
  canStepBack: ({ conversion: { running, snapshots } }) => running === undefined && snapshots.length > 1,
  usesBf16: ({ configView }) => configView.useBf16,
};

/** Keeps the context keys `mixedPrecision.*` in step with the active model. */
export function trackContextKeys(documents: OpenDocuments): vscode.Disposable {
  const last = new Map<string, boolean>();
  const update = () => {
    for (const [key, holds] of Object.entries(KEYS)) {
      const value = documents.active !== undefined && holds(documents.active);
      if (last.get(key) === value) continue;
      last.set(key, value);
      void vscode.commands.executeCommand('setContext', `mixedPrecision.${key}`, value);
    }
  };
  update();
  return documents.onDidChange(update);
}
