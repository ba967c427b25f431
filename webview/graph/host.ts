import type { FromGraph, SnapshotView, ToGraph } from '../protocol';

/** What survives when the tab is hidden or VS Code restarts. */
export interface Persisted {
  readonly model: string;
  readonly viewport: { readonly zoom: number; readonly x: number; readonly y: number };
  readonly selected: string | undefined;
  readonly ghosts: boolean;
}

interface VsCodeApi {
  postMessage(message: FromGraph): void;
  getState(): Persisted | undefined;
  setState(state: Persisted): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host {
  send(message: FromGraph): void;
  restore(): Persisted | undefined;
  persist(state: Persisted): void;
}

export function connect(receive: (message: ToGraph) => void): Host {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<ToGraph>) => receive(revive(event.data)));
  return { send: (message) => api.postMessage(message), restore: () => api.getState(), persist: (state) => api.setState(state) };
}

/** VS Code sends messages as JSON, which has null where a list has undefined: nodes no longer in the graph. */
function revive(message: ToGraph): ToGraph {
  const each = (snapshots: readonly SnapshotView[]): SnapshotView[] =>
    snapshots.map((snapshot) => ({ ...snapshot, precision: snapshot.precision.map((precision) => precision ?? undefined) }));
  if (message.type === 'graph') return { ...message, graph: { ...message.graph, snapshots: each(message.graph.snapshots) } };
  return message.type === 'snapshots' ? { ...message, snapshots: each(message.snapshots) } : message;
}
