import { UserError } from '../../../errors';
import type { PickleEntry, PickleObject, PickleReference, PickleValue } from './pickleValues';

/** The bytes end before the pickle does. */
export class PickleCutOff extends UserError {
  constructor() {
    super('the pickle is cut off', { hint: SAVE_AGAIN });
  }
}

const SAVE_AGAIN = 'Download the file or save it with torch.save again';
/** About as many bytes of memory as the values of a pickle may take. */
const MEMORY = 256 * 2 ** 20;
const BYTES_PER_VALUE = 8;
const BYTES_PER_COMPOUND = 80;
const BYTES_PER_MEMO = 40;
/** Longest integer, in bytes or digits: converting takes quadratic time. */
const LONGEST_INTEGER = 1024;

/** The state between two instructions of a pickle: the bytes, the stack with its marks, and the memo. */
export class PickleReader {
  readonly references: PickleReference[] = [];
  private readonly view: DataView;
  private readonly stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private spent = 0;

  constructor(private readonly bytes: Uint8Array, public at: number) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  damaged(what: string, at = this.at - 1): UserError {
    return new UserError(`the pickle is damaged at byte ${at}: ${what}`, { hint: SAVE_AGAIN });
  }

  byte(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  /** 64 bits, beyond 2^53 rounded: only ever a length. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.advance(8), true));
  }

  /** Big-endian, unlike everything else. */
  float64(): number {
    return this.view.getFloat64(this.advance(8));
  }

  /** A view of the next bytes. */
  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  text(length: number, encoding: 'utf-8' | 'latin1' = 'utf-8'): string {
    const bytes = this.take(length);
    this.spend(length);
    return new TextDecoder(encoding).decode(bytes);
  }

  /** The bytes before the next newline as text, which is skipped. */
  line(encoding?: 'latin1'): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new PickleCutOff();
    const text = this.text(end - this.at, encoding);
    this.at++;
    return text;
  }

  /** A little-endian integer in two's complement. */
  integer(length: number): number | bigint {
    if (length > LONGEST_INTEGER) throw this.damaged(`an integer of ${length} bytes`);
    const bytes = this.take(length);
    if (length === 0) return 0;
    let value = 0n;
    for (let index = length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index]!);
    return exact(BigInt.asIntN(8 * length, value));
  }

  /** An integer in decimal digits. */
  decimal(text: string): number | bigint {
    if (!/^[+-]?\d+$/.test(text) || text.length > LONGEST_INTEGER) throw this.damaged(`"${text.slice(0, 20)}" is no integer`);
    return exact(BigInt(text.replace('+', '')));
  }

  push(value: PickleValue): void {
    this.spend(typeof value === 'object' && value !== null ? BYTES_PER_COMPOUND : BYTES_PER_VALUE);
    this.stack.push(value);
  }

  pop(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.damaged('it takes a value that is not there');
    return this.stack.pop()!;
  }

  top(): PickleValue {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  mark(): void {
    this.spend(BYTES_PER_VALUE);
    this.marks.push(this.stack.length);
  }

  /** Whether there is a value above the newest mark. */
  get hasValue(): boolean {
    return this.stack.length > (this.marks.at(-1) ?? 0);
  }

  /** What was pushed since the newest mark, which goes. */
  popToMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.damaged('it takes a mark that is not there');
    return this.stack.splice(mark);
  }

  /** `flat`: key, value, key, value, … */
  pairs(flat: readonly PickleValue[]): PickleEntry[] {
    if (flat.length % 2 !== 0) throw this.damaged('a key has no value');
    this.spend((flat.length / 2) * BYTES_PER_COMPOUND);
    return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index]!, flat[2 * index + 1]!] as const);
  }

  remember(key: number | bigint, value: PickleValue): void {
    this.spend(BYTES_PER_MEMO);
    this.memo.set(Number(key), value);
  }

  get remembered(): number {
    return this.memo.size;
  }

  /** Pushes a value of the memo. */
  recall(key: number | bigint): void {
    const value = this.memo.get(Number(key));
    if (value === undefined) throw this.damaged(`it recalls value ${key}, which it has not stored`);
    this.spend(BYTES_PER_VALUE);
    this.stack.push(value);
  }

  call(callee: PickleValue, args: PickleValue): PickleObject {
    if (typeof args !== 'object' || args === null || args instanceof Uint8Array || args.kind !== 'tuple') throw this.damaged('the arguments of a call are no tuple');
    return { kind: 'object', callee, args: args.items, items: [], entries: [] };
  }

  refer(id: PickleValue): PickleReference {
    const reference: PickleReference = { kind: 'reference', id };
    this.references.push(reference);
    return reference;
  }

  private advance(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) throw new PickleCutOff();
    this.at = start + length;
    return start;
  }

  private spend(bytes: number): void {
    this.spent += bytes;
    if (this.spent <= MEMORY) return;
    throw new UserError('the pickle holds more values than this tool reads: it is data rather than a model', {
      hint: 'Save the weights alone: torch.save(model.state_dict(), "weights.pt")',
    });
  }
}

function exact(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
