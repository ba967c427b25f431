/** Keys and list positions from the top, such as `['calibration', 'data']`. */
export type Path = readonly (string | number)[];

/** Something in the config file the user should mend (`error`) or know about (`warning`). */
export interface ConfigProblem {
  /** One sentence that says what is accepted. */
  readonly message: string;
  readonly path: Path;
  /** Where the text in question starts, in UTF-16 units as editors count. */
  readonly offset: number;
  readonly length: number;
  readonly severity: 'error' | 'warning';
}

export function problemAt(
  place: { readonly offset: number; readonly length: number },
  path: Path,
  severity: ConfigProblem['severity'],
  message: string,
): ConfigProblem {
  return { message, path, offset: place.offset, length: place.length, severity };
}

/** `calibration.data`, `bf16_ops[2]`. */
export function pathText(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

/** `"a", "b"`. */
export function quotedList(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
