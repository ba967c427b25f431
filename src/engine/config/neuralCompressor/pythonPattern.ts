/** A class in brackets, an escape, the start of a named group or of a look-behind, a count without its least, or one character. */
const TOKEN = /\[(?:\\[^]|[^\]\\])*\]|\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|[^])|\(\?<(?:[A-Za-z_]\w*>)?|\{,|[^]/g;

/**
 * A regular expression of JavaScript as one for Python's `re` that matches the same node names (ASCII, one line). Undefined
 * where Python has no equal: back references and octal escapes, look-behind, `\p`, `\c` and `\u{}` escapes, empty classes.
 */
export function pythonPattern(pattern: string): string | undefined {
  const tokens = (pattern.match(TOKEN) ?? []).map((token) => (token.startsWith('[') && token !== '[' ? classInPython(token) : inPython(token)));
  return tokens.includes(undefined) ? undefined : tokens.join('');
}

function classInPython(text: string): string | undefined {
  const items = text.slice(text.startsWith('[^') ? 2 : 1, -1);
  if (items === '') return undefined;
  const tokens = (items.match(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|[^])|[^]/g) ?? []).map((token) => escapeInPython(token, 'dDwWsSbfnrtv'));
  // An opening bracket of its own makes Python warn of sets to come.
  return tokens.includes(undefined) ? undefined : `${text.slice(0, -1 - items.length)}${tokens.map((token) => (token === '[' ? '\\[' : token)).join('')}]`;
}

function inPython(token: string): string | undefined {
  if (token === '(?<' || token === '{,') return undefined;
  if (token.startsWith('(?<')) return `(?P${token.slice(2)}`;
  return escapeInPython(token, 'dDwWsSbBfnrtv');
}

/** `shared`: letters whose escapes mean the same in both; of other letters JavaScript ignores the backslash, Python does not. */
function escapeInPython(token: string, shared: string): string | undefined {
  const letter = token.charAt(1);
  if (!token.startsWith('\\') || token.length > 2 || shared.includes(letter)) return token;
  if (/[\dpPckux]/.test(letter)) return undefined;
  return /[A-Za-z]/.test(letter) ? letter : token;
}
