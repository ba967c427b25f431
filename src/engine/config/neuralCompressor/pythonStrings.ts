const ESCAPE = /\\(?:\r?\n|[0-7]{1,3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[^])/g;
const LETTERS: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/**
 * Reads a string literal from behind its opening quotes (The Python Language Reference, 2.4.1): its text, undefined for
 * f-strings and bytes, and where it ends. Undefined when it does not end.
 */
export function readString(text: string, start: number, prefix: string, quotes: string): { readonly value: string | undefined; readonly end: number } | undefined {
  const stop = quotes.length === 3 ? /\\[^]|'''|"""/g : /\\(?:\r\n|[^])|['"\n]/g;
  stop.lastIndex = start;
  for (let match = stop.exec(text); match !== null; match = stop.exec(text)) {
    if (match[0] === '\n') return undefined;
    if (match[0] !== quotes) continue;
    const written = text.slice(start, match.index);
    const value = /[fb]/i.test(prefix) ? undefined : /r/i.test(prefix) ? written : unescaped(written);
    return { value, end: stop.lastIndex };
  }
  return undefined;
}

function unescaped(written: string): string {
  return written.replace(ESCAPE, (escape) => {
    const body = escape.slice(1);
    if (/^\r?\n$/.test(body)) return '';
    if (/^[0-7]/.test(body)) return String.fromCharCode(parseInt(body, 8));
    if (/^[xuU][\da-fA-F]{2}/.test(body)) return codePoint(parseInt(body.slice(1), 16), escape);
    if (body === '\\' || body === '\'' || body === '"') return body;
    return LETTERS[body] ?? escape;
  });
}

function codePoint(code: number, escape: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : escape;
}
