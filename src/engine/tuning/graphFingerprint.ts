import { type Graph, type Node, valueKey } from '../graph/graph';

/**
 * A text of 16 hexadecimal digits that conversions of `original` share where they are equal: what they changed, added and took
 * out, with the bytes of new constants. It is the same in every process. Others share it by chance only, one in 2^64. Linear in
 * what differs from the original.
 */
export function graphFingerprint(graph: Graph, original: Graph): string {
  let [low, high] = [0, 0];
  const add = (hash: Hash): void => {
    // The order of nodes is of no meaning.
    low = (low + hash.low) >>> 0;
    high = (high + hash.high) >>> 0;
  };
  for (const node of graph.nodes.values()) if (original.nodes.get(node.id) !== node) add(hashOf(node));
  for (const id of original.nodes.keys()) if (!graph.nodes.has(id)) add(startHash('gone', id));
  const outputs = startHash('outputs', graph.outputs.map(({ value }) => valueKey(value)).join());
  add(outputs);
  return [low, high].map((half) => half.toString(16).padStart(8, '0')).join('');
}

interface Hash {
  low: number;
  high: number;
}

/** What formats keep of a node to write it back is that of the original, so it is left out. */
function hashOf({ id, op, inputs, controlInputs, attributes }: Node): Hash {
  const hash = startHash(id, op, inputs.map(valueKey).join(), controlInputs.join());
  for (const name of [...attributes.keys()].sort()) {
    addText(hash, name);
    addValue(hash, { ...attributes.get(name)!, source: undefined }, 0);
  }
  return hash;
}

/** Attributes are this deep at most. */
const MAX_DEPTH = 12;

function addValue(hash: Hash, value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) addText(hash, typeof value === 'function' ? 'function' : `${typeof value} ${String(value)}`);
  else if (ArrayBuffer.isView(value)) addBytes(hash, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  else if (depth < MAX_DEPTH) {
    for (const [key, part] of value instanceof Map ? (value as ReadonlyMap<unknown, unknown>) : Object.entries(value)) {
      addText(hash, String(key));
      addValue(hash, part, depth + 1);
    }
  }
}

/** FNV-1a of 32 bits, and a second hash of another multiplier beside it. */
const OFFSETS: Hash = { low: 0x811c9dc5, high: 0x9e3779b9 };
const MULTIPLIERS: Hash = { low: 0x01000193, high: 0x85ebca6b };

function startHash(...texts: readonly string[]): Hash {
  const hash = { ...OFFSETS };
  for (const text of texts) addText(hash, text);
  return hash;
}

/** Ends with a number no part of a text is, so that neighbours are told apart. */
function addText(hash: Hash, text: string): void {
  for (let at = 0; at < text.length; at++) mix(hash, text.charCodeAt(at));
  mix(hash, 0x10000);
}

function addBytes(hash: Hash, bytes: Uint8Array): void {
  for (const byte of bytes) mix(hash, byte);
  mix(hash, 0x10000);
}

function mix(hash: Hash, value: number): void {
  hash.low = Math.imul(hash.low ^ value, MULTIPLIERS.low) >>> 0;
  const mixed = Math.imul(hash.high ^ value, MULTIPLIERS.high);
  hash.high = ((mixed << 13) | (mixed >>> 19)) >>> 0;
}
