/** Keys and list positions from the top, such as `['calibration', 'data']`. */
export type Path = readonly (string | number)[];

/** Sets the value at a path of the config file; undefined removes the key. */
export interface ConfigEdit {
  readonly path: Path;
  readonly value: unknown;
}

/** A way out of a problem, in words, and what it does to the file. The edits are applied one after the other. */
export interface ConfigFix {
  readonly title: string;
  readonly edits: readonly ConfigEdit[];
}

/** Something in the config file the user should mend (`error`), or know about: it has not the effect it seems to have (`warning`), or is worth knowing (`information`). */
export interface ConfigProblem {
  /** One sentence that says what is accepted. */
  readonly message: string;
  readonly path: Path;
  /** Where the text in question starts, in UTF-16 units as editors count. */
  readonly offset: number;
  readonly length: number;
  readonly severity: 'error' | 'warning' | 'information';
  /** Best first. */
  readonly fixes?: readonly ConfigFix[];
}

export function problemAt(
  place: { readonly offset: number; readonly length: number },
  path: Path,
  severity: ConfigProblem['severity'],
  message: string,
  fixes: readonly ConfigFix[] = [],
): ConfigProblem {
  return { message, path, offset: place.offset, length: place.length, severity, ...(fixes.length === 0 ? {} : { fixes }) };
}

/** `calibration.data`, `bf16_ops[2]`. */
export function pathText(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

/** `"a", "b"`. */
export function quotedList(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
