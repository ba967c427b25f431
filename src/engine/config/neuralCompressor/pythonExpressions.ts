import { UserError } from '../../errors';
import { constantOf } from './pythonConstants';
import { TokenCursor } from './pythonCursor';
import { fromDict } from './pythonFromDict';
import { fullName, makeCall, makeUnread, type Scope } from './pythonScope';
import type { Token } from './pythonTokens';
import { type Call, isCall, isMapping, type Value, written } from './values';

const MOST_DEPTH = 50;
const CONSTANTS: Readonly<Record<string, Value>> = { True: true, False: false, None: null };
const SIGNS: Readonly<Record<string, number>> = { '-': -1, '+': 1 };
/** Names of classes; other functions would have to be run. */
const MAKES_OBJECT = /^(?:_?[A-Z]|get_default_static_quant_config$)/;

/** Reads literals, names and calls of a statement without running anything; all else becomes Unread. */
export class ExpressionReader {
  private readonly cursor: TokenCursor;
  private depth = 0;
  /** Whether the expression read last has a `for` of its own: the brackets around it hold a comprehension. */
  private hasFor = false;

  constructor(tokens: readonly Token[], private readonly scope: Scope) {
    this.cursor = new TokenCursor(tokens, scope.text);
  }

  /** All of the tokens: one expression, or a tuple without brackets as a list. */
  readAll(): Value {
    const items = [this.read()];
    while (!this.cursor.isAtEnd) {
      this.cursor.position++;
      if (!this.cursor.isAtEnd) items.push(this.read());
    }
    return items.length === 1 ? items[0]! : items;
  }

  /** One expression. Throws UserError where it is nested too deep. */
  private read(): Value {
    const first = this.cursor.token();
    if (first === undefined) return null;
    if (++this.depth > MOST_DEPTH) {
      throw new UserError(`line ${first.line}: this is nested more than ${MOST_DEPTH} deep`, { file: this.scope.file, hint: 'Choose another file' });
    }
    const start = this.cursor.position;
    const value = this.primary(first);
    this.depth--;
    this.hasFor = false;
    if (this.cursor.position > start && (this.cursor.isBetweenExpressions || this.cursor.isSymbol('='))) return value;
    if (isCall(value) && this.cursor.isSymbol('+')) this.scope.added.push(value);
    this.hasFor = this.cursor.passExpression(start);
    return this.unread(start);
  }

  private primary(token: Token): Value {
    if (token.kind === 'string') return this.strings();
    if (token.kind === 'number') return this.number();
    if (token.kind === 'name') return Object.hasOwn(CONSTANTS, token.text) ? CONSTANTS[this.cursor.take().text]! : this.name();
    if (Object.hasOwn(SIGNS, token.text) && this.cursor.token(1)?.kind === 'number') {
      const sign = SIGNS[this.cursor.take().text]!;
      const value = this.number();
      return typeof value === 'number' ? sign * value : value;
    }
    if (token.text === '(') return this.parenthesized();
    if (token.text === '[') return this.items(']').items;
    return token.text === '{' ? this.braces() : null;
  }

  private strings(): Value {
    const start = this.cursor.position;
    const parts: (string | undefined)[] = [];
    while (this.cursor.token()?.kind === 'string') parts.push(this.cursor.take().value);
    return parts.includes(undefined) ? this.unread(start) : parts.join('');
  }

  private number(): Value {
    const start = this.cursor.position;
    const value = Number(this.cursor.take().text.replaceAll('_', ''));
    return Number.isNaN(value) ? this.unread(start) : value;
  }

  /** A name with dots, and the keys or the calls behind it. */
  private name(): Value {
    const start = this.cursor.position;
    let path = this.path();
    let value = valueOf(path, this.scope);
    if (value !== undefined && isMapping(value)) value = this.entry(value);
    while (this.cursor.isSymbol('(')) {
      value = this.call(start, path, value);
      if (!isCall(value) || !this.cursor.isSymbol('.')) break;
      this.cursor.position++;
      path = this.path();
      if (!this.cursor.isSymbol('(')) return this.unread(start);
    }
    return value === undefined ? this.unread(start) : value;
  }

  private path(): string[] {
    const path: string[] = [];
    while (this.cursor.token()?.kind === 'name') {
      path.push(this.cursor.take().text);
      if (!this.cursor.isSymbol('.') || this.cursor.token(1)?.kind !== 'name') break;
      this.cursor.position++;
    }
    return path;
  }

  /** `["key"]` behind a dict that is known, any number of them. */
  private entry(value: Value): Value {
    while (isMapping(value) && this.cursor.isSymbol('[') && this.cursor.token(2)?.text === ']') {
      const key = this.cursor.token(1)!.value;
      const entry = key === undefined ? undefined : value.get(key);
      if (entry === undefined) return value;
      value = entry;
      this.cursor.position += 3;
    }
    return value;
  }

  /** A call of what makes objects, or of a method of one that is known. */
  private call(start: number, path: readonly string[], made: Value | undefined): Value {
    const line = this.cursor.lineOf(start);
    const method = path.at(-1)!;
    const object = made ?? valueOf(path.slice(0, -1), this.scope);
    const { positional, named } = this.callArguments();
    if (object !== undefined && isCall(object)) {
      object.methods.push(makeCall(this.scope, method, positional, named, line));
      if (this.scope.isInBlock) object.blockLines.push(line);
      // Python returns what the method does; set_local of Neural Compressor returns the config itself.
      return method === 'set_local' ? object : this.unread(start);
    }
    // A list or dict that changes, as by append, is no longer known.
    if (object !== undefined) this.scope.values.delete(path[0]!);
    if (path.length === 1 && method === 'dict' && positional.length === 0) return named;
    const call = this.makeObject(path, positional, named, line);
    if (call === undefined) return this.unread(start);
    this.scope.calls.push(call);
    return call;
  }

  private makeObject(path: readonly string[], positional: readonly Value[], named: Map<string, Value>, line: number): Call | undefined {
    const [given] = positional;
    if (path.at(-1) === 'from_dict' && given !== undefined && isMapping(given)) return fromDict(this.scope, fullName(path.slice(0, -1), this.scope), given, line);
    return MAKES_OBJECT.test(path.at(-1)!) ? makeCall(this.scope, fullName(path, this.scope), positional, named, line) : undefined;
  }

  private callArguments(): { positional: Value[]; named: Map<string, Value> } {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    this.separated(')', () => {
      if (this.cursor.isSymbol('**')) this.merge(named);
      else if (this.cursor.token()?.kind === 'name' && this.cursor.token(1)?.text === '=') {
        const name = this.cursor.take().text;
        this.cursor.position++;
        named.set(name, this.read());
      } else positional.push(this.item());
    });
    return { positional, named };
  }

  private parenthesized(): Value {
    const { items, hasComma } = this.items(')');
    return items.length === 1 && !hasComma ? items[0]! : items;
  }

  private items(closing: string): { readonly items: readonly Value[]; readonly hasComma: boolean } {
    const items: Value[] = [];
    const hasComma = this.separated(closing, () => items.push(this.item()));
    return { items, hasComma };
  }

  /** A dict, or a set as a list. */
  private braces(): Value {
    const start = this.cursor.position;
    const entries = new Map<string, Value>();
    const items: Value[] = [];
    let isComputed = false;
    this.separated('}', () => {
      if (this.cursor.isSymbol('**')) return this.merge(entries);
      const key = this.item();
      if (!this.cursor.isSymbol(':')) return void items.push(key);
      this.cursor.position++;
      entries.set(typeof key === 'string' ? key : written(key), this.read());
      isComputed ||= this.hasFor;
    });
    if (isComputed) return this.unread(start);
    return items.length > 0 ? items : entries;
  }

  /** `**name`: the entries of a dict that is known. */
  private merge(into: Map<string, Value>): void {
    const start = this.cursor.position++;
    const value = this.read();
    if (isMapping(value)) for (const [key, entry] of value) into.set(key, entry);
    else into.set(this.cursor.textFrom(start), this.unread(start));
  }

  /** An expression, or `*name`. */
  private item(): Value {
    if (!this.cursor.isSymbol('*')) return this.read();
    const start = this.cursor.position++;
    this.read();
    return this.unread(start);
  }

  /** Reads what stands between brackets; whether there is a comma. */
  private separated(closing: string, readOne: () => void): boolean {
    let hasComma = false;
    this.cursor.position++;
    while (!this.cursor.isAtEnd && !this.cursor.isSymbol(closing)) {
      readOne();
      if (this.cursor.isSymbol(',')) hasComma = true;
      // Whatever else stands there is no Python, and passed over.
      if (!this.cursor.isSymbol(closing)) this.cursor.position++;
    }
    this.cursor.position++;
    return hasComma;
  }

  private unread(start: number): Value {
    return makeUnread(this.cursor.textFrom(start), this.cursor.lineOf(start));
  }
}

/** What a name with dots stands for, as far as the script says it. */
function valueOf(path: readonly string[], scope: Scope): Value | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return undefined;
  let value = scope.values.get(first);
  if (value === undefined) return constantOf(fullName(path, scope));
  for (const attribute of rest) value = value !== undefined && isCall(value) ? value.named.get(attribute) : undefined;
  return value;
}
