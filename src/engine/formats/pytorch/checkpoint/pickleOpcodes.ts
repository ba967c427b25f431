import type { PickleReader } from './pickleReader';
import { isCompound, type PickleValue } from './pickleValues';

type Opcode = (reader: PickleReader) => void;

/** What the instruction with this code does, or undefined where there is none. Names and codes: Python's Lib/pickletools.py. */
export function opcode(code: number): Opcode | undefined {
  return BY_CODE[code];
}

/** By character, or by code where it is no ASCII character. */
const OPCODES: Readonly<Record<string, Opcode>> = {
  // Protocol and framing
  '\x80': (reader) => protocol(reader),
  '\x95': (reader) => void reader.uint64(),
  // The stack
  '(': (reader) => reader.mark(),
  '0': (reader) => void (reader.hasValue ? reader.pop() : reader.popToMark()),
  '1': (reader) => void reader.popToMark(),
  '2': (reader) => reader.push(reader.top()),
  // The memo
  p: (reader) => reader.remember(reader.decimal(reader.line()), reader.top()),
  q: (reader) => reader.remember(reader.byte(), reader.top()),
  r: (reader) => reader.remember(reader.uint32(), reader.top()),
  '\x94': (reader) => reader.remember(reader.remembered, reader.top()),
  g: (reader) => reader.recall(reader.decimal(reader.line())),
  h: (reader) => reader.recall(reader.byte()),
  j: (reader) => reader.recall(reader.uint32()),
  // None and numbers
  N: (reader) => reader.push(null),
  '\x88': (reader) => reader.push(true),
  '\x89': (reader) => reader.push(false),
  I: (reader) => reader.push(integerOrBoolean(reader)),
  J: (reader) => reader.push(reader.int32()),
  K: (reader) => reader.push(reader.byte()),
  M: (reader) => reader.push(reader.uint16()),
  L: (reader) => reader.push(reader.decimal(reader.line().replace(/L$/, ''))),
  '\x8a': (reader) => reader.push(reader.integer(reader.byte())),
  '\x8b': (reader) => reader.push(reader.integer(reader.uint32())),
  F: (reader) => reader.push(float(reader)),
  G: (reader) => reader.push(reader.float64()),
  // Text and bytes; Python 2's strings are text here, as torch.load reads them
  S: (reader) => reader.push(quoted(reader)),
  T: (reader) => reader.push(reader.text(reader.uint32())),
  U: (reader) => reader.push(reader.text(reader.byte())),
  V: (reader) => reader.push(unescaped(reader.line('latin1'))),
  X: (reader) => reader.push(reader.text(reader.uint32())),
  '\x8c': (reader) => reader.push(reader.text(reader.byte())),
  '\x8d': (reader) => reader.push(reader.text(reader.uint64())),
  B: (reader) => reader.push(reader.take(reader.uint32())),
  C: (reader) => reader.push(reader.take(reader.byte())),
  '\x8e': (reader) => reader.push(reader.take(reader.uint64())),
  '\x96': (reader) => reader.push(reader.take(reader.uint64())),
  // Tuples
  ')': (reader) => pushTuple(reader, []),
  '\x85': (reader) => pushTuple(reader, popped(reader, 1)),
  '\x86': (reader) => pushTuple(reader, popped(reader, 2)),
  '\x87': (reader) => pushTuple(reader, popped(reader, 3)),
  t: (reader) => pushTuple(reader, reader.popToMark()),
  // Lists and sets
  ']': (reader) => reader.push({ kind: 'list', items: [] }),
  l: (reader) => reader.push({ kind: 'list', items: reader.popToMark() }),
  a: (reader) => add(reader, [reader.pop()]),
  e: (reader) => add(reader, reader.popToMark()),
  '\x8f': (reader) => reader.push({ kind: 'set', items: [] }),
  '\x90': (reader) => add(reader, reader.popToMark()),
  '\x91': (reader) => reader.push({ kind: 'set', items: reader.popToMark() }),
  // Dicts
  '}': (reader) => reader.push({ kind: 'dict', entries: [] }),
  d: (reader) => reader.push({ kind: 'dict', entries: reader.pairs(reader.popToMark()) }),
  s: (reader) => setItems(reader, popped(reader, 2)),
  u: (reader) => setItems(reader, reader.popToMark()),
  // Classes, calls and objects, of which none is made
  c: (reader) => pushGlobal(reader, reader.line(), reader.line()),
  '\x93': (reader) => pushGlobal(reader, ...(popped(reader, 2) as [PickleValue, PickleValue])),
  R: (reader) => call(reader, popped(reader, 2)),
  '\x81': (reader) => call(reader, popped(reader, 2)),
  '\x92': (reader) => call(reader, popped(reader, 3)),
  o: (reader) => {
    const [callee, ...items] = reader.popToMark();
    if (callee === undefined) throw reader.damaged('an object has no class');
    call(reader, [callee, { kind: 'tuple', items }]);
  },
  i: (reader) => {
    pushGlobal(reader, reader.line(), reader.line());
    const callee = reader.pop();
    call(reader, [callee, { kind: 'tuple', items: reader.popToMark() }]);
  },
  b: (reader) => build(reader),
  P: (reader) => reader.push(reader.refer(reader.line())),
  Q: (reader) => reader.push(reader.refer(reader.pop())),
};

const BY_CODE: readonly (Opcode | undefined)[] = Array.from({ length: 256 }, (_, code) => OPCODES[String.fromCharCode(code)]);

function protocol(reader: PickleReader): void {
  const version = reader.byte();
  if (version > 5) throw reader.damaged(`protocol ${version} is not known`);
}

/** The top values, lowest first. */
function popped(reader: PickleReader, count: number): PickleValue[] {
  return Array.from({ length: count }, () => reader.pop()).reverse();
}

function pushTuple(reader: PickleReader, items: PickleValue[]): void {
  reader.push({ kind: 'tuple', items });
}

function pushGlobal(reader: PickleReader, module: PickleValue, name: PickleValue): void {
  if (typeof module !== 'string' || typeof name !== 'string') throw reader.damaged('the name of a class is no text');
  reader.push({ kind: 'global', name: `${module}.${name}` });
}

/** The keyword arguments of a third value are left out: no class of PyTorch is made with any. */
function call(reader: PickleReader, [callee, args]: readonly PickleValue[]): void {
  reader.push(reader.call(callee!, args!));
}

function build(reader: PickleReader): void {
  const state = reader.pop();
  const target = reader.top();
  if (!isCompound(target) || target.kind !== 'object') throw reader.damaged('it sets the state of what is no object');
  target.state = state;
}

function add(reader: PickleReader, items: readonly PickleValue[]): void {
  const target = reader.top();
  if (!isCompound(target) || !('items' in target) || target.kind === 'tuple') throw reader.damaged('it adds an item to what is no list');
  for (const item of items) target.items.push(item);
}

function setItems(reader: PickleReader, flat: readonly PickleValue[]): void {
  const target = reader.top();
  if (!isCompound(target) || !('entries' in target)) throw reader.damaged('it sets an item of what is no dict');
  for (const pair of reader.pairs(flat)) target.entries.push(pair);
}

/** Python 2 wrote True as `I01`. */
function integerOrBoolean(reader: PickleReader): PickleValue {
  const digits = reader.line();
  return digits === '00' || digits === '01' ? digits === '01' : reader.decimal(digits);
}

function float(reader: PickleReader): number {
  const text = reader.line();
  const special: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
  const value = Object.hasOwn(special, text) ? special[text]! : Number(text);
  if (text.trim() === '' || (Number.isNaN(value) && text !== 'nan')) throw reader.damaged(`"${text.slice(0, 20)}" is no number`);
  return value;
}

/** A Python 2 string literal. */
function quoted(reader: PickleReader): string {
  const literal = /^(['"])(.*)\1$/.exec(reader.line().trimEnd());
  if (literal === null) throw reader.damaged('a text has no quotes');
  return unescaped(literal[2]!);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))/g, (whole, short?: string, long?: string, byte?: string, plain?: string) => {
    if (plain !== undefined) return ESCAPES[plain] ?? plain;
    const code = parseInt(short ?? long ?? byte!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
