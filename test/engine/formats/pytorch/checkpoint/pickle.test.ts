import { readFileSync } from 'node:fs';
import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { LARGEST_PICKLE, readPickle } from '../../../../../src/engine/formats/pytorch/checkpoint/pickle';
import { entriesOf, entry, isCompound, itemsOf, type PickleValue } from '../../../../../src/engine/formats/pytorch/checkpoint/pickleValues';

/** One value in protocols 0 to 5, by Python. */
const PICKLES = (JSON.parse(readFileSync('test/fixtures/pytorch/pickles.json', 'utf8')) as string[]).map((text) => new Uint8Array(Buffer.from(text, 'base64')));

/** A pickle in ASCII; what follows a backslash is a byte in hexadecimal digits. */
function pickle(text: string): Uint8Array {
  return strToU8(text.replace(/\\([0-9a-f]{2})/g, (_, byte: string) => String.fromCharCode(parseInt(byte, 16))), true);
}

function plain(value: PickleValue | undefined): unknown {
  return itemsOf(value)?.map(plain) ?? (isCompound(value) ? entriesOf(value)?.map(([key, part]) => [plain(key), plain(part)]) : value);
}

describe('pickles', () => {
  it.each([0, 1, 2, 3, 4, 5])('of protocol %i give what Python put in', (protocol) => {
    const bytes = PICKLES[protocol]!;
    const { value, end, references } = readPickle(bytes);
    expect(end).toBe(bytes.length);
    expect(references).toEqual([]);
    const at = (key: string): unknown => plain(entry(value, key));
    expect(at('none')).toBe(null);
    expect(at('bools')).toEqual([true, false]);
    expect(at('ints')).toEqual([0, 255, 65535, -1, 2 ** 31, -(2n ** 62n), 2n ** 70n]);
    expect(at('floats')).toEqual([1.5, -0.5, Infinity]);
    expect(at('text')).toBe("é\n\\u0041 '");
    expect(at('set')).toEqual([1]);
    expect(at('frozen')).toEqual([2]);
    expect(at('nested')).toEqual([[], [], [], [[1], [1, 2], [1, 2, 3]]]);
    expect(at('ordered')).toEqual([['a', 1]]);
    const [first, second] = itemsOf(entry(value, 'shared'))!;
    expect(first).toBe(second);
    expect(itemsOf(entry(value, 'itself'))![0]).toBe(entry(value, 'itself'));
  });

  it('give bytes as they are where the protocol knows bytes', () => {
    for (const protocol of [3, 4, 5]) expect(entry(readPickle(PICKLES[protocol]!).value, 'bytes')).toEqual(Uint8Array.of(0, 255));
  });

  it('run nothing: a call stays the name of what is called, with its arguments', () => {
    const { value } = readPickle(pickle("cos\nsystem\n(S'touch /tmp/x'\ntR."));
    expect(value).toEqual({ kind: 'object', callee: { kind: 'global', name: 'os.system' }, args: ['touch /tmp/x'], items: [], entries: [] });
  });

  it('follow one another in the same bytes', () => {
    const bytes = pickle('K\x01.K\x02.');
    const first = readPickle(bytes);
    expect(readPickle(bytes, first.end)).toMatchObject({ value: 2, end: bytes.length });
  });

  it.each<[string, string, string]>([
    ['an unknown instruction', 'K\\01\\ff.', 'the pickle is damaged at byte 2: 0xff is no instruction of a pickle'],
    ['a registered extension', '\\82\\01.', '0x82 is no instruction'],
    ['a future protocol', '\\80\\06N.', 'protocol 6 is not known'],
    ['no value', '.', 'it takes a value that is not there'],
    ['values below a mark', 'N(a.', 'it takes a value that is not there'],
    ['no mark', 'Nt.', 'it takes a mark that is not there'],
    ['a value that was not stored', 'h\\05.', 'it recalls value 5, which it has not stored'],
    ['an item of a number', 'K\\01K\\02a.', 'it adds an item to what is no list'],
    ['an item of a tuple', ')K\\02a.', 'it adds an item to what is no list'],
    ['an entry of a list', ']K\\01K\\02s.', 'it sets an item of what is no dict'],
    ['a key without a value', '}(K\\01u.', 'a key has no value'],
    ['the state of a class', 'ca\nb\n}b.', 'it sets the state of what is no object'],
    ['arguments that are no tuple', 'ca\nb\n]R.', 'the arguments of a call are no tuple'],
    ['a class without a name', 'K\\01K\\02\\93.', 'the name of a class is no text'],
    ['an integer without digits', 'Ix\n.', '"x" is no integer'],
    ['a number without digits', 'Fx\n.', '"x" is no number'],
    ['a text without quotes', 'Sx\n.', 'a text has no quotes'],
    ['an integer of many bytes', '\\8b\\ff\\ff\\ff\\7f.', 'an integer of 2147483647 bytes'],
    ['an end before its own', 'X\\ff\\ff\\ff\\ff.', 'the pickle is cut off'],
    ['a length beyond all files', '\\8e\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff.', 'the pickle is cut off'],
    ['a line without an end', 'cos', 'the pickle is cut off'],
    ['nothing', '', 'the pickle is cut off'],
  ])('are refused where there is %s', (_, text, message) => {
    expect(() => readPickle(pickle(text))).toThrow(message);
  });

  it('are refused where they hold more than memory should', () => {
    const lists = new Uint8Array(LARGEST_PICKLE).fill(0x5d);
    expect(() => readPickle(lists)).toThrow('the pickle holds more values than this tool reads');
  });
});
