import { didYouMean } from '../didYouMean';
import { type Draft, note } from './draft';
import { type Mapping, type Value, isMapping, isUnread, shown } from './values';

export type Read = (value: Value, path: string, draft: Draft) => void;

/** What becomes of one key of Neural Compressor. */
export interface Option {
  /** Carries the value over. */
  readonly read?: Read;
  /** What happens here instead, for keys without a counterpart. */
  readonly note?: string;
  /** Values that mean what happens here anyway, such as Neural Compressor's default: they need no note. */
  readonly usual?: readonly Value[];
}

export type Options = Readonly<Record<string, Option>>;

/** Reads the keys of a section in their order; keys that Neural Compressor does not know are noted as well. */
export function readOptions(given: Mapping, options: Options, prefix: string, draft: Draft): void {
  for (const [key, value] of given) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const option = Object.hasOwn(options, key) ? options[key] : undefined;
    if (option === undefined) note(draft, path, `Neural Compressor knows no such key, it is left out${didYouMean(key, Object.keys(options))}`);
    else if (isUnread(value)) note(draft, path, unreadText(value.text, value.line));
    else if (!isUsual(value, option)) {
      option.read?.(value, path, draft);
      if (option.note !== undefined) note(draft, path, option.note);
    }
  }
}

/** A section of keys; null is an empty one, as in Neural Compressor's YAML. */
export function section(options: Options): Option {
  return {
    usual: [null],
    read: (value, path, draft) => {
      if (isMapping(value)) readOptions(value, options, path, draft);
      else wrongValue(value, 'a mapping of keys to values', path, draft);
    },
  };
}

/** Notes a value that is of another kind than Neural Compressor takes. */
export function wrongValue(value: Value, expected: string, path: string, draft: Draft): void {
  const message = isUnread(value) ? unreadText(value.text, value.line) : `This should be ${expected}, not ${shown(value)}: it is left out.`;
  note(draft, path, message);
}

function unreadText(text: string, line: number): string {
  return `Line ${line} computes it (${text}), and Python is not run: it is left out. Write the value itself.`;
}

function isUsual(value: Value, { usual = [] }: Option): boolean {
  return usual.some((candidate) => candidate === value || (Array.isArray(value) && value.length === 1 && value[0] === candidate));
}
