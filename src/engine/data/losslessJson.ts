import { UserError } from '../errors';

/** A number that JavaScript would print otherwise than the text has it: `1.0`, `1e-05`, 2^63 - 1. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

export type JsonObject = ReadonlyMap<string, Json>;
/** A JSON value from which its text can be made again: objects keep the order of their keys, numbers their digits. */
export type Json = null | boolean | number | JsonNumber | string | readonly Json[] | JsonObject;

const DEEPEST = 256;

/**
 * Reads JSON without loss (RFC 8259, and the words NaN, Infinity and -Infinity, which Python writes too). `name` says in
 * messages what the text is. Throws UserError for anything else and for nesting beyond 256 levels.
 */
export function parseJson(text: string, name: string): Json {
  const parser = new Parser(text, name);
  const value = parser.value(0);
  parser.end();
  return value;
}

const BLANK = /[ \t\r\n]*/y;
const NUMBER = /-?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|Infinity)|NaN/y;
const WORDS: readonly (readonly [string, Json])[] = [['true', true], ['false', false], ['null', null]];

/** One for all empty objects: a map is large beside its two characters. */
const EMPTY: JsonObject = new Map();

class Parser {
  private at = 0;
  /** Each key once, however many objects have it. */
  private readonly keys = new Map<string, string>();

  constructor(
    private readonly text: string,
    private readonly name: string,
  ) {}

  value(depth: number): Json {
    if (depth > DEEPEST) throw this.broken(`nests deeper than ${DEEPEST} levels`);
    this.skipBlank();
    switch (this.text[this.at]) {
      case '{': return this.object(depth);
      case '[': return this.array(depth);
      case '"': return this.string();
      default: return this.wordOrNumber();
    }
  }

  end(): void {
    this.skipBlank();
    if (this.at < this.text.length) throw this.broken('goes on after its end');
  }

  private object(depth: number): JsonObject {
    this.at++;
    if (this.takes('}')) return EMPTY;
    const entries = new Map<string, Json>();
    do {
      this.skipBlank();
      const key = this.string();
      const known = this.keys.get(key);
      if (known === undefined) this.keys.set(key, key);
      if (!this.takes(':')) throw this.broken('has no ":" after a key');
      entries.set(known ?? key, this.value(depth + 1));
    } while (this.takes(','));
    if (!this.takes('}')) throw this.broken('has an object that does not end');
    return entries;
  }

  private array(depth: number): readonly Json[] {
    const items: Json[] = [];
    this.at++;
    if (this.takes(']')) return items;
    do items.push(this.value(depth + 1)); while (this.takes(','));
    if (!this.takes(']')) throw this.broken('has a list that does not end');
    return items;
  }

  /** Looks for the end by hand: regular expressions need a stack as deep as the string is long. */
  private string(): string {
    const start = this.at;
    if (this.text[start] !== '"') throw this.broken('has no string where one is due');
    let end = this.text.indexOf('"', start + 1);
    while (end >= 0 && this.isEscaped(end)) end = this.text.indexOf('"', end + 1);
    if (end < 0) throw this.broken('has a string that does not end');
    this.at = end + 1;
    const content = this.text.slice(start + 1, end);
    if (!content.includes('\\')) return content;
    try {
      // Control characters may stand in strings unescaped, as many writers leave them.
      return JSON.parse(`"${content.replace(/[\u0000-\u001f]/g, escapeCharacter)}"`) as string;
    } catch {
      throw this.broken('has a string with a wrong escape');
    }
  }

  /** Whether an odd number of backslashes is before a character. */
  private isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.text[at - 1 - backslashes] === '\\') backslashes++;
    return backslashes % 2 === 1;
  }

  private wordOrNumber(): Json {
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return value;
    }
    const text = this.match(NUMBER);
    if (text === undefined) throw this.broken('has no value where one is due');
    const value = Number(text);
    return Number.isFinite(value) && String(value) === text ? value : new JsonNumber(text);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private takes(character: string): boolean {
    this.skipBlank();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private skipBlank(): void {
    BLANK.lastIndex = this.at;
    BLANK.exec(this.text);
    this.at = BLANK.lastIndex;
  }

  private broken(what: string): UserError {
    return new UserError(`${this.name} is no valid JSON: at character ${this.at + 1} it ${what}`);
  }
}

/** Text of a JSON value as Python's json.dumps writes it: `, ` and `: ` between parts, everything beyond ASCII escaped. */
export function writeJson(value: Json): string {
  const parts: string[] = [];
  write(value, parts);
  return parts.join('');
}

function write(value: Json, parts: string[]): void {
  if (typeof value === 'string') parts.push(quoted(value));
  else if (value instanceof JsonNumber) parts.push(value.text);
  else if (value instanceof Map) {
    let before = '{';
    for (const [key, item] of value as JsonObject) {
      parts.push(before, quoted(key), ': ');
      write(item, parts);
      before = ', ';
    }
    parts.push(before === '{' ? '{}' : '}');
  } else if (Array.isArray(value)) {
    let before = '[';
    for (const item of value as readonly Json[]) {
      parts.push(before);
      write(item, parts);
      before = ', ';
    }
    parts.push(before === '[' ? '[]' : ']');
  } else parts.push(JSON.stringify(value));
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f', '\b': '\\b' };

function quoted(text: string): string {
  return `"${text.replace(/["\\]|[^ -~]/g, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  return SHORT_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A number that Python reads as a float, printed as Python prints it where JavaScript does too. */
export function floatNumber(value: number): Json {
  const text = String(value);
  return /[.eN]/.test(text) || !Number.isFinite(value) ? value : new JsonNumber(`${text}.0`);
}

/** An integer of any size. */
export function integerNumber(value: number | bigint): Json {
  return typeof value === 'number' ? value : new JsonNumber(value.toString());
}

/** The value of a number, nearest float64; undefined for anything else. */
export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : value instanceof JsonNumber ? Number(value.text) : undefined;
}

/** The value of an integer, exact; undefined for anything else. */
export function integerOf(value: Json | undefined): number | bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  if (!(value instanceof JsonNumber) || !/^-?\d+$/.test(value.text)) return undefined;
  const exact = BigInt(value.text);
  const near = Number(exact);
  return Number.isSafeInteger(near) ? near : exact;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The string at a key, or an empty one where there is none. */
export function textAt(object: JsonObject, key: string): string {
  const value = object.get(key);
  return typeof value === 'string' ? value : '';
}
