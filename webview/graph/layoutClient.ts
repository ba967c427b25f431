import type { LayoutInput, LayoutResult } from './layout/types';

/** Lays graphs out in a worker; a newer request ends the worker of the older one. */
export class LayoutClient {
  private source: Promise<string> | undefined;
  private worker: Worker | undefined;

  constructor(private readonly address: string) {}

  async layout(input: LayoutInput): Promise<LayoutResult> {
    this.worker?.terminate();
    // A webview may start workers from blobs only.
    this.source ??= fetch(this.address).then(async (response) => URL.createObjectURL(await response.blob()));
    const worker = new Worker(await this.source);
    this.worker = worker;
    try {
      return await new Promise<LayoutResult>((resolve, reject) => {
        worker.onmessage = (event: MessageEvent<LayoutResult>) => resolve(event.data);
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(input);
      });
    } finally {
      worker.terminate();
    }
  }
}
