import { matchesWholeName } from '../pattern';

/** A class in brackets (a `]` that comes first is part of it), an escape, the start of a special group, a count without its least, or one character. */
const TOKEN = /\[\^?\]?(?:\\[^]|[^\]\\])*\]|\\[^]|\(\?(?:P<|P=\w+\)|#[^)]*\)|[a-zA-Z]+\)|[^])|\{,(?=\d+\})|[^]/g;
const SPECIAL: readonly (readonly [RegExp, string])[] = [
  [/^\(\?P<$/, '(?<'],
  [/^\(\?P=(\w+)\)$/, '\\k<$1>'],
  [/^\(\?#[^)]*\)$/, ''],
  // Flags that change nothing for names, which have one line.
  [/^\(\?[smu]+\)$/, ''],
  [/^\\A$/, '^'],
  [/^\\Z$/, '$'],
  [/^\\a$/, '\\x07'],
  [/^\{,$/, '{0,'],
];
/** Where brackets are not closed, finding that out takes time that grows with the square of the length. */
const LONGEST = 5000;
/** Other flags, conditions, atomic groups and possessive counts, names of characters, and code points beyond 16 bits. */
const NO_EQUAL = /^\(\?(?:[a-zA-Z]+\)|[a-zA-Z(>])|^\\[NU]$/;

/**
 * A regular expression of Python's `re` as one of JavaScript that matches the same node names. Undefined where JavaScript
 * has no equal, where it is no valid expression, and where it is longer than 5,000 characters.
 */
export function javascriptPattern(pattern: string): string | undefined {
  if (pattern.length > LONGEST) return undefined;
  const tokens = pattern.match(TOKEN) ?? [];
  if (tokens.some((token) => isWithoutEqual(token)) || /[*+?}]\+/.test(pattern.replace(/\\[^]|\[[^\]]*\]/g, ''))) return undefined;
  const converted = tokens.map(inJavascript).join('');
  try {
    matchesWholeName(converted);
    return converted;
  } catch {
    return undefined;
  }
}

function isWithoutEqual(token: string): boolean {
  return NO_EQUAL.test(token) && !SPECIAL.some(([pattern]) => pattern.test(token));
}

function inJavascript(token: string): string {
  if (token.startsWith('[')) return token.replace(/^\[(\^?)\]/, '[$1\\]');
  const special = SPECIAL.find(([pattern]) => pattern.test(token));
  return special === undefined ? token : token.replace(special[0], special[1]);
}
