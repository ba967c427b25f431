const matchers = new Map<string, (name: string) => boolean>();

/**
 * A test whether a whole name matches `pattern`, as Python's re.fullmatch does. Compiled in Unicode mode where the
 * pattern is valid there, else in the older mode that knows escapes such as `\-`. Throws SyntaxError for an invalid one.
 */
export function matchesWholeName(pattern: string): (name: string) => boolean {
  const known = matchers.get(pattern);
  if (known !== undefined) return known;
  const expression = compile(pattern);
  const [prefix, part] = literals(pattern);
  const matcher = (name: string): boolean => name.startsWith(prefix) && name.includes(part) && expression.test(name);
  matchers.set(pattern, matcher);
  return matcher;
}

const PLAIN = /^(?:[^\\^$.*+?()[\]{}|]|\\[^A-Za-z0-9]|\.\*?)*$/;

/**
 * What a matching name begins with and what it contains, as far as that shows: for patterns of letters, `.` and `.*` only.
 * Most names fail on these, some ten times faster than on the expression.
 */
function literals(pattern: string): readonly [prefix: string, part: string] {
  if (!PLAIN.test(pattern)) return ['', ''];
  const pieces = [''];
  for (const [token, escaped] of pattern.matchAll(/\\(.)|\.\*?|./gs)) {
    if (token.startsWith('.')) pieces.push('');
    else pieces[pieces.length - 1] += escaped ?? token;
  }
  const [prefix = '', ...others] = pieces;
  return [prefix, others.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')];
}

function compile(pattern: string): RegExp {
  // Alone first: `a)|(b` is invalid, yet becomes valid once it is wrapped.
  const flags = isValid(pattern, 'u') ? 'u' : '';
  new RegExp(pattern, flags);
  return new RegExp(`^(?:${pattern})$`, flags);
}

function isValid(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}

/** A pattern that matches this name only. */
export function exactPattern(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
