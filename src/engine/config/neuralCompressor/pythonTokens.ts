import { UserError } from '../../errors';
import { readString } from './pythonStrings';

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'newline';
  readonly text: string;
  /** The text that a string literal stands for. Undefined for f-strings and bytes. */
  readonly value?: string;
  readonly line: number;
  readonly column: number;
  readonly start: number;
}

const SPACE = /(?:[ \t\f\r]|\\\r?\n|#[^\n]*)+/y;
const STRING = /([rRbBuUfF]{0,2})('''|"""|'|")/y;
const REST: readonly (readonly [Token['kind'], RegExp])[] = [
  ['newline', /\n/y],
  ['name', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['number', /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?/y],
  ['symbol', /\*\*=?|\/\/=?|->|:=|<<=?|>>=?|[-+*/%@&|^=!<>]=|[^]/uy],
];

/**
 * The tokens of a Python file (The Python Language Reference, chapter 2), newlines included, comments not. Characters that
 * Python does not know are symbols. Throws UserError with the line for a string that is not closed. Linear time.
 */
export function* pythonTokens(text: string, file: string): Generator<Token> {
  let line = 1;
  let lineStart = text.startsWith('\uFEFF') ? 1 : 0;
  let offset = lineStart;
  const at = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset;
    return pattern.exec(text);
  };
  const pass = (written: string): void => {
    const last = written.lastIndexOf('\n');
    if (last >= 0) {
      line += written.split('\n').length - 1;
      lineStart = offset + last + 1;
    }
    offset += written.length;
  };
  for (;;) {
    pass(at(SPACE)?.[0] ?? '');
    if (offset >= text.length) return;
    const place = { line, column: offset - lineStart, start: offset };
    const quote = at(STRING);
    if (quote !== null) {
      const literal = readString(text, offset + quote[0].length, quote[1]!, quote[2]!);
      if (literal === undefined) throw new UserError(`line ${line}: a string is not closed`, { file, hint: 'Correct the script and import again' });
      const written = text.slice(offset, literal.end);
      yield { kind: 'string', text: written, value: literal.value, ...place };
      pass(written);
      continue;
    }
    for (const [kind, pattern] of REST) {
      const match = at(pattern)?.[0];
      if (match === undefined) continue;
      yield { kind, text: match, ...place };
      pass(match);
      break;
    }
  }
}
