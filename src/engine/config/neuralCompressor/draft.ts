import type { ImportNote } from './notes';

/** The config that an import is making, and what it has to tell about it. */
export interface Draft {
  readonly config: Record<string, unknown>;
  readonly notes: ImportNote[];
}

export function note(draft: Draft, path: string, message: string): void {
  draft.notes.push({ path, message });
}

/** Sets a key of a group such as `calibration`. */
export function setIn(draft: Draft, group: string, key: string, value: unknown): void {
  draft.config[group] = { ...(draft.config[group] as object | undefined), [key]: value };
}
