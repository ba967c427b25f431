/** Results by what they were made of: equal input gives the same object. */
export class ContentCache<T> {
  private readonly known = new Map<number, { readonly input: Int32Array; readonly result: T }[]>();
  private size = 0;

  /** Forgets everything when it holds inputs of more than `most` numbers. */
  constructor(private readonly most: number) {}

  get(parts: readonly ArrayBufferView[], make: () => T): T {
    const input = join(parts);
    const hash = hashOf(input);
    const found = this.known.get(hash)?.find((entry) => equal(entry.input, input));
    if (found) return found.result;
    const result = make();
    this.size += input.length;
    if (this.size > this.most) {
      this.known.clear();
      this.size = input.length;
    }
    const list = this.known.get(hash);
    if (list) list.push({ input, result });
    else this.known.set(hash, [{ input, result }]);
    return result;
  }
}

/** The bytes of all parts, each behind its length. */
function join(parts: readonly ArrayBufferView[]): Int32Array {
  const words = (part: ArrayBufferView): number => 1 + Math.ceil(part.byteLength / 4);
  const all = new Int32Array(parts.reduce((sum, part) => sum + words(part), 0));
  const bytes = new Uint8Array(all.buffer);
  let at = 0;
  for (const part of parts) {
    all[at] = part.byteLength;
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), (at + 1) * 4);
    at += words(part);
  }
  return all;
}

/** FNV-1a over words. */
function hashOf(words: Int32Array): number {
  let hash = 0x811c9dc5;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
  return hash;
}

function equal(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((word, k) => word === b[k]);
}
