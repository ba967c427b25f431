import { unzipSync, zipSync } from 'fflate';
import type { Random } from '../engine/phases/minimumCut/random';

/** Numbers that sizes, counts and places in files are often wrong with. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

type Edit = (random: Random, bytes: Uint8Array) => Uint8Array;

const EDITS: readonly Edit[] = [
  (random, bytes) => replaced(bytes, random.below(bytes.length), Uint8Array.of(random.below(256))),
  (random, bytes) => replaced(bytes, random.below(bytes.length), Uint8Array.of(bytes[random.below(bytes.length)]!)),
  (random, bytes) => replaced(bytes, random.below(bytes.length), extreme(random)),
  (random, bytes) => bytes.slice(0, random.below(bytes.length)),
  (random, bytes) => {
    const at = random.below(bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(16)));
  },
  (random, bytes) => {
    const [at, from] = [random.below(bytes.length), random.below(bytes.length)];
    return joined(bytes.subarray(0, at), bytes.subarray(from, from + 1 + random.below(64)), bytes.subarray(at));
  },
];

/** The bytes with one to eight random changes: other bytes, extreme numbers, parts cut out or repeated, an early end. */
export function mutated(random: Random, bytes: Uint8Array): Uint8Array {
  let result = bytes;
  for (let left = 1 + random.below(8); left > 0 && result.length > 0; left--) result = EDITS[random.below(EDITS.length)]!(random, result);
  return result;
}

/** A sound zip archive in which one record's content is mutated, missing, empty or under another's name, or in which the zip itself is mutated. */
export function mutatedZip(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.below(3) === 0) return mutated(random, bytes);
  const records: [name: string, content: Uint8Array][] = Object.entries(unzipSync(bytes));
  // What describes the weights is more often at fault than they are.
  const telling = records.flatMap(([name], index) => (/\.(pkl|json|pt)$|version|format/.test(name) ? [index] : []));
  const index = telling.length > 0 && random.below(4) > 0 ? telling[random.below(telling.length)]! : random.below(records.length);
  const [name, content] = records[index]!;
  const kind = random.below(12);
  if (kind === 0) records.splice(index, 1);
  else if (kind === 1) records[index] = [name, new Uint8Array()];
  else if (kind === 2) records[index] = [name, records[random.below(records.length)]![1]];
  else records[index] = [name, content.length === 0 ? extreme(random) : mutated(random, content)];
  return zipSync(Object.fromEntries(records), { level: random.below(4) === 0 ? 1 : 0 });
}

function extreme(random: Random): Uint8Array {
  const number = EXTREMES[random.below(EXTREMES.length)]!;
  const width = [1, 2, 4, 8][random.below(4)]!;
  return Uint8Array.from({ length: width }, (_, byte) => (byte < 4 ? number >>> (8 * byte) : 0));
}

function replaced(bytes: Uint8Array, at: number, by: Uint8Array): Uint8Array {
  const result = bytes.slice();
  result.set(by.subarray(0, bytes.length - at), at);
  return result;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
