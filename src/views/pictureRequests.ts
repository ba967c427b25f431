import * as vscode from 'vscode';
import type { Picture } from '../document/editors';
import { CancelledError, UserError } from '../engine/errors';
import type { PictureFormat, ToGraph } from '../../webview/protocol';

interface Waiting {
  readonly format: PictureFormat;
  readonly resolve: (picture: Picture) => void;
  readonly reject: (error: Error) => void;
}

/** Asks a graph webview for pictures of what it shows, one at a time. */
export class PictureRequests {
  private waiting: Waiting | undefined;

  constructor(private readonly post: (message: ToGraph) => void) {}

  /** Fails with UserError when the webview cannot make it, with CancelledError when it is closed first. */
  ask(format: PictureFormat): Promise<Picture> {
    if (this.waiting !== undefined) return Promise.reject(new UserError(vscode.l10n.t('A picture is being made already')));
    return new Promise((resolve, reject) => {
      this.waiting = { format, resolve, reject };
      this.again();
    });
  }

  /** A webview that starts has not heard what was asked of it before. */
  again(): void {
    if (this.waiting !== undefined) this.post({ type: 'export', format: this.waiting.format });
  }

  answer(format: PictureFormat, picture: Picture): void {
    // One asked for twice is answered twice.
    if (format === this.waiting?.format) this.take()?.resolve(picture);
  }

  fail(error: Error): void {
    this.take()?.reject(error);
  }

  dispose(): void {
    this.fail(new CancelledError());
  }

  private take(): Waiting | undefined {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting;
  }
}
