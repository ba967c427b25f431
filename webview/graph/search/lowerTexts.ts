import type { StringTable } from '../../protocol';

/** Texts in lower case, back to back in one string, so that a word is found in all of them without making a string of each. */
export interface LowerTexts {
  readonly all: string;
  /** Text i is `all` from `start[i]` to `start[i + 1]`. */
  readonly start: Uint32Array;
  /** Where the part after its last slash starts. */
  readonly last: Uint32Array;
}

const made = new WeakMap<StringTable, LowerTexts>();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const SLASH = 0x2f;

/** Made once per table. Linear in its bytes. */
export function lowerTexts(table: StringTable): LowerTexts {
  const known = made.get(table);
  if (known) return known;
  const texts = { all: lower(decoder.decode(table.bytes)), ...measure(table) };
  made.set(table, texts);
  return texts;
}

/** The same as a list, for tables of few texts. */
export function lowerTextList(table: StringTable): string[] {
  const { all, start } = lowerTexts(table);
  return Array.from({ length: start.length - 1 }, (_, text) => all.slice(start[text], start[text + 1]));
}

/** In lower case, of the same length: `İ` alone would become longer. */
export function lower(text: string): string {
  return text.replaceAll('İ', 'I').toLowerCase();
}

/** Where each text and its last part start, in UTF-16 units. */
function measure({ bytes, start: byteStart }: StringTable): Pick<LowerTexts, 'start' | 'last'> {
  const count = byteStart.length - 1;
  const start = new Uint32Array(count + 1);
  const last = new Uint32Array(count);
  let units = 0;
  for (let text = 0; text < count; text++) {
    start[text] = last[text] = units;
    for (let at = byteStart[text]!; at < byteStart[text + 1]!; at++) {
      const byte = bytes[at]!;
      // Bytes that go on with a character are 10xxxxxx; one of four bytes is a surrogate pair.
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
      if (byte === SLASH) last[text] = units;
    }
  }
  start[count] = units;
  return { start, last };
}

/** Sets 1 for each text that holds the word, without looking at the others one by one. */
export function markContaining({ all, start }: LowerTexts, word: string, hits: Uint8Array): void {
  let text = 0;
  for (let at = all.indexOf(word); at >= 0; ) {
    while (start[text + 1]! <= at) text++;
    const isInside = at + word.length <= start[text + 1]!;
    if (isInside) hits[text] = 1;
    at = all.indexOf(word, isInside ? start[text + 1] : at + 1);
  }
}

/** Sets 1 for each text the expression matches. */
export function markMatching({ all, start }: LowerTexts, regex: RegExp, hits: Uint8Array): void {
  for (let text = 0; text + 1 < start.length; text++) if (regex.test(all.slice(start[text], start[text + 1]))) hits[text] = 1;
}
