import * as vscode from 'vscode';
import type { OpenDocuments } from '../document/openDocuments';

/** Shows in the window's progress place that the active model works on something; the graph's phase bar shows how far it is. */
export function showWindowProgress(documents: OpenDocuments): vscode.Disposable {
  let finish: (() => void) | undefined;
  const update = () => {
    const running = documents.active?.conversion.running;
    if (running === undefined) {
      finish?.();
      finish = undefined;
    } else if (finish === undefined) {
      const done = new Promise<void>((resolve) => (finish = resolve));
      void vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: `Mixed Precision: ${running.title}` }, () => done);
    }
  };
  return vscode.Disposable.from(documents.onDidChange(update), { dispose: () => finish?.() });
}
