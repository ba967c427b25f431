import type { LayoutInput } from './types';

/** Arrays shared by all levels, so that a level costs only its own nodes and edges. */
export interface Scratch {
  /** Outgoing edges of each node in compressed rows. */
  readonly start: Int32Array;
  readonly next: Int32Array;
  /** The level a node was last seen in; in the end its innermost cluster. */
  readonly clusterOf: Int32Array;
  readonly bagOf: Int32Array;
  readonly waits: Int32Array;
  readonly emitted: Uint8Array;
}

export function scratchFor(input: LayoutInput): Scratch {
  const count = input.widths.length;
  const start = new Int32Array(count + 1);
  for (const source of input.source) start[source + 1]!++;
  for (let node = 0; node < count; node++) start[node + 1]! += start[node]!;
  const at = start.slice(0, count);
  const next = new Int32Array(input.source.length);
  for (let edge = 0; edge < next.length; edge++) next[at[input.source[edge]!]!++] = input.target[edge]!;
  const ints = (): Int32Array => new Int32Array(count);
  return { start, next, clusterOf: ints(), bagOf: ints(), waits: ints(), emitted: new Uint8Array(count) };
}

interface Bag {
  nodes: number[];
  /** Edges into the bag from nodes not yet emitted. */
  waits: number;
  /** Members without such edges, also from inside the bag. */
  ready: number[];
  taken: number;
}

/**
 * Parts of one level in topological order. Members with the same key stand together in a bag; a key below 0 stands alone.
 * Kahn's algorithm over whole bags; where bags wait for each other, one of them is cut in two. Ties go to file order.
 * Iterative and linear in the level's nodes and edges.
 */
export function cutLevel(scratch: Scratch, level: number, nodes: readonly number[], keyOf: (node: number) => number): number[][] {
  const { start, next, clusterOf, bagOf, waits, emitted } = scratch;
  const bags = fillBags(scratch, level, nodes, keyOf);
  const successors = function* (node: number): Generator<number> {
    for (let k = start[node]!; k < start[node + 1]!; k++) if (clusterOf[next[k]!] === level && next[k] !== node) yield next[k]!;
  };
  for (const node of nodes) {
    for (const after of successors(node)) {
      waits[after]!++;
      if (bagOf[after] !== bagOf[node]) bags[bagOf[after]!]!.waits++;
    }
  }
  const readyBags = bags.filter((bag) => bag.waits === 0);
  const readyNodes: number[] = [];
  const becomeReady = (node: number): void => {
    readyNodes.push(node);
    bags[bagOf[node]!]!.ready.push(node);
  };
  for (const node of nodes) if (waits[node] === 0) becomeReady(node);
  const emit = (node: number): void => {
    emitted[node] = 1;
    for (const after of successors(node)) {
      if (--waits[after]! === 0 && emitted[after] === 0) becomeReady(after);
      const bag = bags[bagOf[after]!]!;
      if (bagOf[after] !== bagOf[node] && --bag.waits === 0) readyBags.push(bag);
    }
  };

  const parts: number[][] = [];
  let nextBag = 0;
  let nextNode = 0;
  let lowest = 0;
  for (let left = nodes.length; left > 0; ) {
    const part: number[] = [];
    const bag = readyBags[nextBag++];
    if (bag) {
      for (const node of bag.nodes) if (emitted[node] === 0) part.push(node);
      part.forEach(emit);
    } else {
      while (nextNode < readyNodes.length && emitted[readyNodes[nextNode]!] === 1) nextNode++;
      while (emitted[nodes[lowest]!] === 1) lowest++;
      // With no node ready there is a loop in the model: it starts at its first node in file order.
      const seed = readyNodes[nextNode] ?? nodes[lowest]!;
      const cut = bags[bagOf[seed]!]!;
      if (waits[seed]! > 0) cut.ready.push(seed);
      for (; cut.taken < cut.ready.length; cut.taken++) {
        const node = cut.ready[cut.taken]!;
        if (emitted[node] === 1) continue;
        part.push(node);
        emit(node);
      }
    }
    left -= part.length;
    if (part.length > 0) parts.push(part);
  }
  return parts;
}

function fillBags(scratch: Scratch, level: number, nodes: readonly number[], keyOf: (node: number) => number): Bag[] {
  const bags: Bag[] = [];
  const bagOfKey = new Map<number, number>();
  for (const node of nodes) {
    const key = keyOf(node);
    let bag = key < 0 ? undefined : bagOfKey.get(key);
    if (bag === undefined) {
      bag = bags.length;
      bags.push({ nodes: [], waits: 0, ready: [], taken: 0 });
      if (key >= 0) bagOfKey.set(key, bag);
    }
    bags[bag]!.nodes.push(node);
    scratch.bagOf[node] = bag;
    scratch.clusterOf[node] = level;
    scratch.waits[node] = 0;
    scratch.emitted[node] = 0;
  }
  return bags;
}
