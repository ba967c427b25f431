/** What a config of Neural Compressor holds, read from YAML or from the literals of Python. */
export type Value = null | boolean | number | string | readonly Value[] | Mapping | Call | Unread;

/** A mapping of YAML or a dict of Python; a Map, as keys such as `__proto__` are names like others. */
export type Mapping = ReadonlyMap<string, Value>;

/** An object that a Python script makes, such as `PostTrainingQuantConfig(device="cpu")`, and what the script sets of it; nothing is run. */
export interface Call {
  readonly kind: 'call';
  /** With the module it is imported from, where that is known: `neural_compressor.config.PostTrainingQuantConfig`. */
  readonly callee: string;
  readonly positional: readonly Value[];
  /** Keyword arguments, and attributes set later. */
  readonly named: Map<string, Value>;
  /** Its methods that are called, in order. */
  readonly methods: Call[];
  readonly line: number;
  /** Lines inside blocks that make or change it: they may not run. */
  readonly blockLines: number[];
}

/** An expression of Python that is no literal; only running the script could tell its value. */
export interface Unread {
  readonly kind: 'unread';
  readonly text: string;
  readonly line: number;
}

export function isMapping(value: Value): value is Mapping {
  return value instanceof Map;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isCall(value: Value | undefined): value is Call {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'call';
}

export function isUnread(value: Value | undefined): value is Unread {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'unread';
}

/** Texts of a list, of one text, or of one text with commas or spaces, as Neural Compressor's input_to_list has them. Undefined for anything else. */
export function textsOf(value: Value): readonly string[] | undefined {
  if (typeof value === 'string') return value.split(value.includes(',') ? ',' : /\s+/).map((text) => text.trim()).filter((text) => text !== '');
  return isList(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

/** The value as one would write it, shortened: for notes. */
export function shown(value: Value): string {
  const text = written(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The value as one would write it; what is long, by its brackets only. */
export function written(value: Value): string {
  if (isUnread(value)) return value.text;
  if (isCall(value)) return `${value.callee}(...)`;
  if (isMapping(value)) return '{...}';
  if (isList(value)) return `[${value.map((item) => (isList(item) ? '[...]' : written(item))).join(', ')}]`;
  return JSON.stringify(value);
}
