import type { Picture } from '../document/editors';
import { CancelledError, UserError } from '../engine/errors';
import type { PictureFormat, ToGraph } from '../../webview/protocol';

interface Waiting {
  readonly resolve: (picture: Picture) => void;
  readonly reject: (error: Error) => void;
}

/** Asks a graph webview for pictures of what it shows, one at a time. */
export class PictureRequests {
  private waiting: Waiting | undefined;

  constructor(private readonly post: (message: ToGraph) => void) {}

  /** Fails with UserError when the webview cannot make it, with CancelledError when it is closed first. */
  ask(format: PictureFormat): Promise<Picture> {
    if (this.waiting !== undefined) return Promise.reject(new UserError('A picture is being made already'));
    this.post({ type: 'export', format });
    return new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
  }

  answer(picture: Picture): void {
    this.take()?.resolve(picture);
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
