import type { EdgeTable } from '../../protocol';
import { neighboursOf, type Neighbours } from './rows';

export interface Loops {
  /** 1 for each edge that closes a loop of the model: what is left has none. */
  readonly closing: Uint8Array;
  /** All nodes, those before others first. */
  readonly order: Int32Array;
}

/** A loop starts at its first node in file order. Linear. */
export function findLoops(count: number, { source, target }: Pick<EdgeTable, 'source' | 'target'>): Loops {
  const closing = new Uint8Array(source.length);
  const neighbours = neighboursOf(count, { source, target }, closing);
  const position = new Int32Array(count).fill(-1);
  const waits = waitsOf(neighbours.before.start);
  const queue = new Int32Array(count);
  let taken = 0;
  let queued = 0;
  const enqueue = (node: number): void => {
    position[node] = queued;
    queue[queued++] = node;
  };
  const drain = (): void => {
    for (; taken < queued; taken++) {
      forEachAt(neighbours.after, queue[taken]!, (after) => {
        if (--waits[after]! === 0 && position[after]! < 0) enqueue(after);
      });
    }
  };
  for (let node = 0; node < count; node++) if (waits[node] === 0) enqueue(node);
  drain();
  if (queued === count) return { closing, order: queue };
  const downstream = downstreamOfLoops(count, neighbours, position);
  for (let node = 0; node < count; node++) {
    if (position[node]! >= 0 || downstream[node] === 1) continue;
    enqueue(node);
    drain();
  }
  for (let edge = 0; edge < closing.length; edge++) if (position[source[edge]!]! >= position[target[edge]!]!) closing[edge] = 1;
  return { closing, order: queue };
}

/** Nodes that wait for a loop without being part of one: a loop must not start there. */
function downstreamOfLoops(count: number, { before, after }: Neighbours, position: Int32Array): Uint8Array {
  const downstream = new Uint8Array(count);
  const readers = waitsOf(after.start);
  const stack: number[] = [];
  const add = (node: number): void => {
    downstream[node] = 1;
    stack.push(node);
  };
  for (let node = 0; node < count; node++) if (readers[node] === 0 && position[node]! < 0) add(node);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    forEachAt(before, node, (source) => {
      if (--readers[source]! === 0 && position[source]! < 0) add(source);
    });
  }
  return downstream;
}

function waitsOf(start: Uint32Array): Int32Array {
  const waits = new Int32Array(start.length - 1);
  for (let node = 0; node < waits.length; node++) waits[node] = start[node + 1]! - start[node]!;
  return waits;
}

function forEachAt({ items, start }: Neighbours['before'], index: number, visit: (item: number) => void): void {
  for (let k = start[index]!; k < start[index + 1]!; k++) visit(items[k]!);
}
