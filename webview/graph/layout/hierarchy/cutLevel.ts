import type { Neighbours } from './rows';

/** Arrays by node, or by bag or part of one level, so that a level costs only its own nodes and edges. */
export interface Scratch {
  /** The level a node was last seen in. */
  readonly level: Int32Array;
  readonly bagOf: Int32Array;
  readonly partOf: Int32Array;
  readonly waits: Int32Array;
  readonly bagWaits: Int32Array;
  readonly bagOfScope: Int32Array;
}

export function scratchFor(nodes: number, scopes: number): Scratch {
  const ints = (): Int32Array => new Int32Array(nodes);
  return { level: ints().fill(-1), bagOf: ints(), partOf: ints(), waits: ints(), bagWaits: ints(), bagOfScope: new Int32Array(scopes).fill(-1) };
}

/** Parts of a level in which no scope is left. */
export function oneByOne({ partOf }: Scratch, nodes: Int32Array): number[][] {
  return Array.from(nodes, (node, part) => {
    partOf[node] = part;
    return [node];
  });
}

interface Bag {
  readonly nodes: number[];
  /** Members without edges from nodes not yet taken, also from inside the bag. */
  readonly ready: number[];
  taken: number;
}

/**
 * Parts of one level. Nodes of the same scope stand together in a bag; a scope below 0 stands alone. Kahn's algorithm over
 * whole bags; where bags wait for each other, one of them is cut in two. Ties go to file order.
 */
export function cutLevel(scratch: Scratch, { after }: Neighbours, level: number, nodes: Int32Array, scopeFor: (node: number) => number): number[][] {
  const { bagOf, waits, bagWaits, partOf } = scratch;
  const bags = fillBags(scratch, nodes, scopeFor);
  const forEachAfter = (node: number, visit: (after: number) => void): void => {
    for (let k = after.start[node]!; k < after.start[node + 1]!; k++) if (scratch.level[after.items[k]!] === level) visit(after.items[k]!);
  };
  for (const node of nodes) {
    forEachAfter(node, (next) => {
      waits[next]!++;
      if (bagOf[next] !== bagOf[node]) bagWaits[bagOf[next]!]!++;
    });
  }
  const readyBags: number[] = [];
  const readyNodes: number[] = [];
  const becomeReady = (node: number): void => {
    readyNodes.push(node);
    bags[bagOf[node]!]!.ready.push(node);
  };
  for (let bag = 0; bag < bags.length; bag++) if (bagWaits[bag] === 0) readyBags.push(bag);
  for (const node of nodes) if (waits[node] === 0) becomeReady(node);
  const parts: number[][] = [];
  const take = (node: number): void => {
    partOf[node] = parts.length;
    forEachAfter(node, (next) => {
      if (--waits[next]! === 0 && partOf[next]! < 0) becomeReady(next);
      if (bagOf[next] !== bagOf[node] && --bagWaits[bagOf[next]!]! === 0) readyBags.push(bagOf[next]!);
    });
  };

  let nextBag = 0;
  let nextNode = 0;
  for (let left = nodes.length; left > 0; ) {
    const part: number[] = [];
    const whole = readyBags[nextBag++];
    if (whole !== undefined) {
      for (const node of bags[whole]!.nodes) if (partOf[node]! < 0) part.push(node);
      for (const node of part) partOf[node] = parts.length;
      part.forEach(take);
    } else {
      while (partOf[readyNodes[nextNode]!]! >= 0) nextNode++;
      const cut = bags[bagOf[readyNodes[nextNode]!]!]!;
      for (; cut.taken < cut.ready.length; cut.taken++) {
        const node = cut.ready[cut.taken]!;
        if (partOf[node]! >= 0) continue;
        part.push(node);
        take(node);
      }
    }
    left -= part.length;
    if (part.length > 0) parts.push(part);
  }
  return parts;
}

function fillBags({ bagOf, partOf, waits, bagWaits, bagOfScope }: Scratch, nodes: Int32Array, scopeFor: (node: number) => number): Bag[] {
  const bags: Bag[] = [];
  const scopes: number[] = [];
  for (const node of nodes) {
    const scope = scopeFor(node);
    let bag = scope < 0 ? -1 : bagOfScope[scope]!;
    if (bag < 0) {
      bag = bags.push({ nodes: [], ready: [], taken: 0 }) - 1;
      bagWaits[bag] = 0;
      if (scope >= 0) {
        bagOfScope[scope] = bag;
        scopes.push(scope);
      }
    }
    bags[bag]!.nodes.push(node);
    bagOf[node] = bag;
    waits[node] = 0;
    partOf[node] = -1;
  }
  for (const scope of scopes) bagOfScope[scope] = -1;
  return bags;
}
