import type { Token } from './pythonTokens';

/** Words that take commas as their own, up to the symbol that ends them. */
const HEADS: Readonly<Record<string, string>> = { lambda: ':', for: 'in' };
const CLOSED_BY: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const CLOSING = Object.values(CLOSED_BY);

/** A place among the tokens of a statement. */
export class TokenCursor {
  position = 0;

  constructor(private readonly tokens: readonly Token[], private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.position >= this.tokens.length;
  }

  /** The token here, or some tokens on. */
  token(ahead = 0): Token | undefined {
    return this.tokens[this.position + ahead];
  }

  take(): Token {
    return this.tokens[this.position++]!;
  }

  isSymbol(...texts: readonly string[]): boolean {
    const token = this.token();
    return token !== undefined && token.kind === 'symbol' && texts.includes(token.text);
  }

  /** Whether an expression can end here: before a comma, a colon, a closing bracket, or at the end. */
  get isBetweenExpressions(): boolean {
    return this.isAtEnd || this.isSymbol(',', ':', ...CLOSING);
  }

  /** Passes over the expression that begins at `start`; whether it has a `for` of its own, as comprehensions have. */
  passExpression(start: number): boolean {
    const ends: string[] = [];
    let hasFor = false;
    for (this.position = start; !this.isAtEnd && (ends.length > 0 || !this.isBetweenExpressions); this.position++) {
      const { kind, text } = this.token()!;
      if (ends.length === 0 && text === 'for') hasFor = true;
      if (text === ends.at(-1)) ends.pop();
      else if (kind === 'symbol' && Object.hasOwn(CLOSED_BY, text)) ends.push(CLOSED_BY[text]!);
      else if (kind === 'name' && Object.hasOwn(HEADS, text)) ends.push(HEADS[text]!);
    }
    return hasFor;
  }

  /** What is written from a token to the place here. */
  textFrom(start: number): string {
    const last = this.tokens[this.position - 1] ?? this.tokens[start]!;
    return this.text.slice(this.tokens[start]!.start, last.start + last.text.length);
  }

  lineOf(start: number): number {
    return this.tokens[start]!.line;
  }
}
