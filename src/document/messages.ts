import * as vscode from 'vscode';
import { CancelledError, UserError } from '../engine/errors';
import { EngineStoppedError } from '../worker/engineClient';

/** A command that cannot run now, and why. */
export class NotNowError extends Error {
  override readonly name = 'NotNowError';
}

/** Tells the user what went wrong; the log has the details. Nothing else shows errors. */
export class Messages implements vscode.Disposable {
  private readonly shown = new WeakSet<object>();
  readonly log = vscode.window.createOutputChannel('Mixed Precision', { log: true });

  /** Does not wait for the user. `actions` are buttons beside Show Log. The same error, met in several places, is shown once. */
  show(error: unknown, actions: Readonly<Record<string, () => unknown>> = {}): void {
    if (error instanceof Error) {
      if (this.shown.has(error)) return;
      this.shown.add(error);
    }
    const text = errorText(error);
    if (error instanceof CancelledError) {
      vscode.window.setStatusBarMessage('Mixed Precision: cancelled', 3000);
      return;
    }
    if (error instanceof NotNowError) {
      void vscode.window.showInformationMessage(text);
      return;
    }
    this.log.error(text);
    if (error instanceof Error && !(error instanceof UserError)) this.log.error(error.stack ?? '');
    const buttons: Readonly<Record<string, () => unknown>> = { ...actions, 'Show Log': () => this.log.show() };
    void vscode.window.showErrorMessage(text, ...Object.keys(buttons)).then((chosen) => chosen !== undefined && buttons[chosen]?.());
  }

  dispose(): void {
    this.log.dispose();
  }
}

/** One line for the user. A defect of ours is called one. */
export function errorText(error: unknown): string {
  if (error instanceof UserError) return error.oneLine;
  if (error instanceof NotNowError || error instanceof CancelledError || error instanceof EngineStoppedError) return error.message;
  return `Unexpected error in Mixed Precision: ${error instanceof Error ? error.message : String(error)}`;
}
