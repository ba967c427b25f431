import { didYouMean } from '../didYouMean';
import { type Draft, note } from './draft';
import { isList, isMapping, isUnread, type Mapping, shown, type Unread, type Value } from './values';

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
    if (option !== undefined && isUsual(value, option)) continue;
    if (isUnread(value) && option?.note === undefined) note(draft, path, unreadText(value));
    else if (option === undefined) note(draft, path, `Neural Compressor knows no such key: it is left out${didYouMean(key, Object.keys(options))}`);
    else {
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

/** Notes a value that is of another kind than Neural Compressor takes, or unknown. */
export function wrongValue(value: Value, expected: string, path: string, draft: Draft): void {
  const unread = isList(value) ? value.find(isUnread) : isUnread(value) ? value : undefined;
  note(draft, path, unread === undefined ? `This should be ${expected}, not ${shown(value)}: it is left out.` : unreadText(unread));
}

function unreadText({ line, text }: Unread): string {
  return `Line ${line} computes it (${text}), and scripts are not run: it is left out.`;
}

/** Of a list Neural Compressor may take any. */
function isUsual(value: Value, { usual = [] }: Option): boolean {
  return usual.some((candidate) => candidate === value || (isList(value) && (value.length === 0 ? candidate === null : value.includes(candidate))));
}
