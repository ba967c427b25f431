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
      vscode.window.setStatusBarMessage(vscode.l10n.t('Mixed Precision: cancelled'), 3000);
      return;
    }
    if (error instanceof NotNowError) {
      void vscode.window.showInformationMessage(text);
      return;
    }
    this.log.error(text);
    if (error instanceof Error && !(error instanceof UserError)) this.log.error(error.stack ?? '');
    void this.offer(vscode.window.showErrorMessage, text, actions);
  }

  /** Something was done, but not all that was asked for. */
  warn(text: string, actions: Readonly<Record<string, () => unknown>> = {}): void {
    this.log.warn(text);
    void this.offer(vscode.window.showWarningMessage, text, actions);
  }

  private async offer(show: (text: string, ...buttons: string[]) => Thenable<string | undefined>, text: string, actions: Readonly<Record<string, () => unknown>>): Promise<void> {
    const buttons: Readonly<Record<string, () => unknown>> = { ...actions, [vscode.l10n.t('Show Log')]: () => this.log.show() };
    try {
      const chosen = await show(text, ...Object.keys(buttons));
      if (chosen !== undefined) await buttons[chosen]?.();
    } catch (error) {
      this.show(error);
    }
  }

  dispose(): void {
    this.log.dispose();
  }
}

/** One line for the user. A defect of ours is called one. */
export function errorText(error: unknown): string {
  if (error instanceof UserError) return error.oneLine;
  if (error instanceof NotNowError || error instanceof CancelledError || error instanceof EngineStoppedError) return error.message;
  return vscode.l10n.t('Unexpected error in Mixed Precision: {0}', error instanceof Error ? error.message : String(error));
}
