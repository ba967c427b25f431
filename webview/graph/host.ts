import type { FromGraph, ToGraph } from '../protocol';
import type { Position } from './moment';

/** What survives when the tab is hidden or VS Code restarts. */
export interface Persisted {
  readonly model: string;
  readonly viewport: { readonly zoom: number; readonly x: number; readonly y: number };
  /** Keys of the expanded groups. */
  readonly expanded: readonly string[];
  readonly selected: string | undefined;
  readonly selectedGroup: string | undefined;
  /** Where the timeline stands. */
  readonly position: Position;
  readonly ghosts: boolean;
  /** Ops are coloured by how sensitive they are, where that is known. */
  readonly heat?: boolean;
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

/** What is done on each message, by its type. */
export type Receivers = { readonly [Type in ToGraph['type']]: (message: Extract<ToGraph, { readonly type: Type }>) => void };

export function connect(receivers: Receivers): Host {
  const api = acquireVsCodeApi();
  window.addEventListener('message', ({ data }: MessageEvent<ToGraph>) => (receivers[data.type] as (message: ToGraph) => void)(data));
  return { send: (message) => api.postMessage(message), restore: () => api.getState(), persist: (state) => api.setState(state) };
}
