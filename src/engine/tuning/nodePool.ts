import type { Graph, Node } from '../graph/graph';

/** The graph with nodes that were seen before, wherever equal ones were. */
export type ShareNodes = (graph: Graph) => Graph;

/**
 * Makes equal nodes of graphs one and the same object, so that conversions of one model that agree in places can be told
 * apart and kept by identity. Linear in the size of what differs.
 */
export function nodePool(): ShareNodes {
  const seen = new Map<string, Node[]>();
  return (graph) => {
    const nodes = new Map<string, Node>();
    for (const node of graph.nodes.values()) {
      const known = seen.get(node.id) ?? [];
      const same = known.includes(node) ? node : known.find((other) => isSame(other, node, 0));
      if (same === undefined) seen.set(node.id, [...known, node]);
      nodes.set(node.id, same ?? node);
    }
    return { ...graph, nodes };
  };
}

/** Attributes and what formats keep beside them are this deep at most; anything deeper counts as different. */
const MAX_DEPTH = 12;

/** Whether two values are made of equal parts; functions are equal to themselves only. */
function isSame(a: unknown, b: unknown, depth: number): boolean {
  if (Object.is(a, b)) return true;
  if (depth > MAX_DEPTH || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || a.constructor !== b.constructor) return false;
  if (ArrayBuffer.isView(a)) return sameBytes(a, b as ArrayBufferView);
  if (a instanceof Map) return sameMaps(a, b as ReadonlyMap<unknown, unknown>, depth);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], depth + 1));
}

function sameMaps(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>, depth: number): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (!b.has(key) || !isSame(value, b.get(key), depth + 1)) return false;
  return true;
}

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength) return false;
  const [x, y] = [a, b].map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)) as [Uint8Array, Uint8Array];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
