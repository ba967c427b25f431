import { DEFAULT_CONFIG, type PrecisionWish } from '../config';
import type { ImportNote } from './notes';

/** The config that an import is making, and what it has to tell about it. */
export interface Draft {
  /** All keys but `op_type_dict` and `op_name_dict`. */
  readonly config: Record<string, unknown>;
  readonly byType: Map<string, PrecisionWish>;
  /** In the order in which they count: the last match wins. */
  readonly byName: Map<string, PrecisionWish>;
  readonly notes: ImportNote[];
}

export function emptyDraft(): Draft {
  return { config: {}, byType: new Map(), byName: new Map(), notes: [] };
}

export function note(draft: Draft, path: string, message: string): void {
  draft.notes.push({ path, message });
}

/** Sets a key of a group such as `calibration`. */
export function setIn(draft: Draft, group: string, key: string, value: unknown): void {
  draft.config[group] = { ...(draft.config[group] as object | undefined), [key]: value };
}

/** The content of the config file, in the order of the schema. */
export function contentOf({ config, byType, byName }: Draft): Record<string, unknown> {
  const content: Record<string, unknown> = {
    ...config,
    op_type_dict: byType.size > 0 ? Object.fromEntries(byType) : undefined,
    op_name_dict: byName.size > 0 ? Object.fromEntries(byName) : undefined,
  };
  return Object.fromEntries(Object.keys(DEFAULT_CONFIG).flatMap((key) => (content[key] === undefined ? [] : [[key, content[key]]])));
}
