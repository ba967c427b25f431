import * as vscode from 'vscode';
import type { Tuning } from '../document/tuning';
import type { ToTuning } from '../../webview/protocol';

/** Messages are at least this far apart, in ms. */
const INTERVAL = 100;

/** Keeps a tuning view in step with its search: trials that it has are not sent again. */
export class TrialPost implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  /** What the view has, as texts. */
  private sent: readonly string[] = [];

  constructor(private readonly tuning: Tuning, private readonly post: (message: ToTuning) => void) {
    this.subscription = tuning.onDidChange(() => (this.timer ??= setTimeout(() => this.send(), INTERVAL)));
  }

  /** To a view that has nothing. */
  again(): void {
    this.sent = [];
    this.send();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { view, trials } = this.tuning;
    const texts = trials.map((trial) => JSON.stringify(trial));
    const changed = texts.findIndex((text, index) => text !== this.sent[index]);
    const start = changed < 0 ? texts.length : changed;
    this.sent = texts;
    this.post({ type: 'tuning', tuning: view, start, trials: trials.slice(start) });
  }
}
