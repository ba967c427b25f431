import type { EdgeTable, NodeTable } from '../protocol';
import type { FromLayout, Groups, Picture, ToLayout } from './layout/picture';

export interface Opened {
  readonly groups: Groups;
  /** 1 for each group that is expanded. */
  readonly expanded: Uint8Array;
  readonly picture: Picture;
}

interface Waiting {
  readonly id: number;
  readonly resolve: (answer: FromLayout | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Talks to the layout worker, which holds one graph. Of several requests only the newest is answered. */
export class LayoutClient {
  private source: Promise<string> | undefined;
  private worker: Worker | undefined;
  private waiting: Waiting | undefined;
  private id = 0;

  constructor(private readonly address: string) {}

  /** Gives the worker a graph; undefined when overtaken. `expanded`: keys of groups, else as many as stay legible. */
  async open(nodes: NodeTable, edges: EdgeTable, font: string, expanded?: readonly string[]): Promise<Opened | undefined> {
    // A worker that is busy with another graph is not waited for.
    if (this.waiting) this.dispose();
    const answer = await this.request({ type: 'open', id: ++this.id, nodes, edges, font, expanded });
    return answer?.type === 'opened' ? { groups: answer.groups, expanded: answer.expanded, picture: answer.picture } : undefined;
  }

  /** The picture of the graph with other groups expanded; undefined when overtaken. */
  async arrange(expanded: Uint8Array): Promise<Picture | undefined> {
    const answer = await this.request({ type: 'arrange', id: ++this.id, expanded });
    return answer?.type === 'arranged' ? answer.picture : undefined;
  }

  dispose(): void {
    this.id++;
    this.waiting?.resolve(undefined);
    this.waiting = undefined;
    this.worker?.terminate();
    this.worker = undefined;
  }

  private async request(message: ToLayout): Promise<FromLayout | undefined> {
    const source = await this.blob();
    if (message.id !== this.id) return undefined;
    this.worker ??= this.start(source);
    const { worker } = this;
    this.waiting?.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.waiting = { id: message.id, resolve, reject };
      worker.postMessage(message);
    });
  }

  private start(source: string): Worker {
    const worker = new Worker(source);
    worker.onmessage = ({ data }: MessageEvent<FromLayout>) => {
      if (data.id !== this.waiting?.id) return;
      const { resolve, reject } = this.waiting;
      this.waiting = undefined;
      if (data.type === 'failed') reject(new Error(data.message));
      else resolve(data);
    };
    worker.onerror = (event) => {
      this.waiting?.reject(new Error(event.message || 'The layout worker stopped.'));
      this.waiting = undefined;
      this.dispose();
    };
    return worker;
  }

  /** A webview may start workers from blobs only. */
  private blob(): Promise<string> {
    this.source ??= fetch(this.address).then(async (response) => {
      if (!response.ok) throw new Error(`The layout worker could not be loaded (${response.status}).`);
      return URL.createObjectURL(await response.blob());
    });
    return this.source;
  }
}
