import { UserError } from '../../errors';
import { fullName, makeCall, makeUnread, type Scope } from './pythonScope';
import type { Token } from './pythonTokens';
import { isCall, isMapping, type Value, written } from './values';

const MOST_DEPTH = 50;
const CONSTANTS: Readonly<Record<string, Value>> = { True: true, False: false, None: null };
const UNARY: Readonly<Record<string, number>> = { '-': -1, '+': 1 };
/** Words that take commas as their own, up to the symbol that ends them. */
const HEADS: Readonly<Record<string, string>> = { lambda: ':', for: 'in' };
const OPENING = ['(', '[', '{'];
const CLOSING = [')', ']', '}'];

/** Reads literals, names and calls of a statement without running anything; all else becomes Unread. */
export class ExpressionReader {
  private next = 0;
  private depth = 0;
  /** Whether the expression passed over last has a `for` of its own: what is in the brackets around it is a comprehension. */
  private isComprehension = false;

  constructor(private readonly tokens: readonly Token[], private readonly scope: Scope) {}

  /** All of the tokens: one expression, or a tuple without brackets as a list. */
  readAll(): Value {
    const first = this.read();
    if (this.isAtEnd) return first;
    const items = [first];
    while (!this.isAtEnd) {
      this.next++;
      if (!this.isAtEnd) items.push(this.read());
    }
    return items;
  }

  private get isAtEnd(): boolean {
    return this.next >= this.tokens.length;
  }

  /** One expression, up to the comma, colon, closing bracket or end behind it. Throws UserError where it is nested too deep. */
  read(): Value {
    const first = this.tokens[this.next];
    if (first === undefined) return null;
    if (++this.depth > MOST_DEPTH) {
      throw new UserError(`line ${first.line}: this is nested more than ${MOST_DEPTH} deep`, { file: this.scope.file, hint: 'Choose another file' });
    }
    const start = this.next;
    const value = this.primary(first);
    const isWhole = this.next > start && (this.isAtEnd || this.isSymbol(',', ':', '=', ...CLOSING));
    this.depth--;
    if (isWhole) return value;
    if (isCall(value) && this.isSymbol('+')) this.scope.added.push(value);
    return this.unreadFrom(start);
  }

  private primary(token: Token): Value {
    if (token.kind === 'string') return this.strings();
    if (token.kind === 'number') return this.number();
    if (token.kind === 'name') return Object.hasOwn(CONSTANTS, token.text) ? this.constant() : this.name();
    const sign = Object.hasOwn(UNARY, token.text) ? UNARY[token.text]! : undefined;
    if (sign !== undefined && this.tokens[this.next + 1]?.kind === 'number') {
      this.next++;
      const value = this.number();
      return typeof value === 'number' ? sign * value : value;
    }
    if (token.text === '(') return this.parenthesized();
    if (token.text === '[') return this.items(']');
    return token.text === '{' ? this.braces() : null;
  }

  private constant(): Value {
    return CONSTANTS[this.take().text]!;
  }

  private strings(): Value {
    let text: string | undefined = '';
    const start = this.next;
    while (this.tokens[this.next]?.kind === 'string') {
      const { value } = this.take();
      text = text === undefined || value === undefined ? undefined : text + value;
    }
    return text ?? this.unread(start, this.next);
  }

  private number(): Value {
    const { text } = this.take();
    const value = Number(text.replaceAll('_', ''));
    return Number.isNaN(value) ? this.unread(this.next - 1, this.next) : value;
  }

  /** A name with dots, and the calls behind it. */
  private name(): Value {
    const start = this.next;
    let path = this.path();
    let value = valueOf(path, this.scope);
    while (this.isSymbol('(')) {
      value = this.call(start, path, value);
      if (!isCall(value) || !this.isSymbol('.')) break;
      this.next++;
      path = this.path();
      if (!this.isSymbol('(')) return this.unread(start, this.next);
    }
    return value === undefined ? this.unread(start, this.next) : value;
  }

  private path(): string[] {
    const path: string[] = [];
    for (;;) {
      if (this.tokens[this.next]?.kind !== 'name') return path;
      path.push(this.take().text);
      if (!this.isSymbol('.') || this.tokens[this.next + 1]?.kind !== 'name') return path;
      this.next++;
    }
  }

  /** Names that begin with a capital make objects; other functions would have to be run. */
  private call(start: number, path: readonly string[], made: Value | undefined): Value {
    const { line } = this.tokens[start]!;
    const method = path.at(-1)!;
    const object = made ?? valueOf(path.slice(0, -1), this.scope);
    const { positional, named } = this.callArguments();
    if (object !== undefined && isCall(object)) {
      object.methods.push(makeCall(this.scope, method, positional, named, line));
      if (this.scope.isInBlock) object.blockLines.push(line);
      // Python returns what the method does; set_local of Neural Compressor returns the config itself.
      return method === 'set_local' ? object : this.unread(start, this.next);
    }
    if (path.length === 1 && method === 'dict' && positional.length === 0) return named;
    if (!/^_?[A-Z]/.test(method)) return this.unread(start, this.next);
    const call = makeCall(this.scope, fullName(path, this.scope), positional, named, line);
    this.scope.calls.push(call);
    return call;
  }

  private callArguments(): { positional: Value[]; named: Map<string, Value> } {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    this.separated(')', () => {
      const token = this.tokens[this.next]!;
      if (token.text === '**') this.merge(named);
      else if (token.text === '*') positional.push(this.starred());
      else if (token.kind === 'name' && this.tokens[this.next + 1]?.text === '=') {
        this.next += 2;
        named.set(token.text, this.read());
      } else positional.push(this.read());
    });
    return { positional, named };
  }

  private parenthesized(): Value {
    const { items, hasComma } = this.elements(')');
    return items.length === 1 && !hasComma ? items[0]! : items;
  }

  private items(closing: string): Value[] {
    return this.elements(closing).items;
  }

  private elements(closing: string): { items: Value[]; hasComma: boolean } {
    const items: Value[] = [];
    const hasComma = this.separated(closing, () => items.push(this.isSymbol('*') ? this.starred() : this.read()));
    return { items, hasComma };
  }

  /** A dict, or a set as a list. */
  private braces(): Value {
    const start = this.next;
    let isComputed = false;
    const entries = new Map<string, Value>();
    const items: Value[] = [];
    this.separated('}', () => {
      if (this.isSymbol('**')) return this.merge(entries);
      const key = this.isSymbol('*') ? this.starred() : this.read();
      if (!this.isSymbol(':')) return void items.push(key);
      this.next++;
      this.isComprehension = false;
      entries.set(typeof key === 'string' ? key : written(key), this.read());
      isComputed ||= this.isComprehension;
      this.isComprehension = false;
    });
    if (isComputed) return this.unread(start, this.next);
    return items.length > 0 ? items : entries;
  }

  /** `**name`: the entries of a dict that is known. */
  private merge(into: Map<string, Value>): void {
    const start = this.next++;
    const value = this.read();
    if (isMapping(value)) for (const [key, entry] of value) into.set(key, entry);
    else into.set(this.textBetween(start, this.next), this.unread(start, this.next));
  }

  private starred(): Value {
    const start = this.next++;
    this.read();
    return this.unread(start, this.next);
  }

  /** Reads elements between brackets; whether there is a comma among them. */
  private separated(closing: string, element: () => void): boolean {
    let hasComma = false;
    this.next++;
    while (!this.isAtEnd && !this.isSymbol(closing)) {
      element();
      if (this.isSymbol(',')) hasComma = true;
      // Whatever else stands there is no Python, and passed over.
      if (!this.isSymbol(closing)) this.next++;
    }
    this.next++;
    return hasComma;
  }

  private take(): Token {
    return this.tokens[this.next++]!;
  }

  private isSymbol(...texts: readonly string[]): boolean {
    const token = this.tokens[this.next];
    return token !== undefined && token.kind === 'symbol' && texts.includes(token.text);
  }

  /** Passes over an expression that is no literal. */
  private unreadFrom(start: number): Value {
    const ends: string[] = [];
    this.isComprehension = false;
    for (this.next = start; !this.isAtEnd; this.next++) {
      const token = this.tokens[this.next]!;
      if (ends.length === 0 && this.isSymbol(',', ':', ...CLOSING)) break;
      if (ends.length === 0 && token.text === 'for') this.isComprehension = true;
      if (token.text === ends.at(-1)) ends.pop();
      else if (token.kind === 'symbol' && OPENING.includes(token.text)) ends.push(CLOSING[OPENING.indexOf(token.text)]!);
      else if (token.kind === 'name' && Object.hasOwn(HEADS, token.text)) ends.push(HEADS[token.text]!);
    }
    return this.unread(start, this.next);
  }

  private unread(start: number, end: number): Value {
    return makeUnread(this.textBetween(start, end), this.tokens[start]!.line);
  }

  private textBetween(start: number, end: number): string {
    const last = this.tokens[end - 1] ?? this.tokens[start]!;
    return this.scope.text.slice(this.tokens[start]!.start, last.start + last.text.length);
  }
}

/** What a name with dots stands for, as far as the script says it. */
function valueOf(path: readonly string[], scope: Scope): Value | undefined {
  const [first, ...rest] = path;
  let value = first === undefined ? undefined : scope.values.get(first);
  for (const attribute of rest) value = value !== undefined && isCall(value) ? value.named.get(attribute) : undefined;
  return value;
}
