import { orderParts } from './orderParts';
import type { Neighbours } from './rows';
import type { Scopes } from '../scopes';

/**
 * Scopes cut into pieces that can stand together: between the members of a piece, and between pieces, there is no edge that
 * leaves one and comes back. Piece 0 is the whole graph; outer pieces come before those inside them.
 */
export interface Pieces {
  readonly parent: readonly number[];
  readonly scope: readonly number[];
  /** Nodes so that those of every piece stand together, from order[first[piece]] up to order[end[piece]], in topological order. */
  readonly order: Int32Array;
  readonly first: readonly number[];
  readonly end: readonly number[];
  /** Direct members of each piece in topological order: a node, or `~piece`. */
  readonly members: readonly (readonly number[])[];
}

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

/** Linear in nodes and edges times depth of scopes; iterative. Equal input gives equal output. */
export function cutScopes(neighbours: Neighbours, { parent: outer, depth, scopeOf }: Scopes): Pieces {
  const count = scopeOf.length;
  const ints = (): Int32Array => new Int32Array(count);
  const scratch: Scratch = { level: ints().fill(-1), bagOf: ints(), partOf: ints(), waits: ints(), bagWaits: ints(), bagOfScope: new Int32Array(outer.length).fill(-1) };
  const order = ints().map((_, node) => node);
  const parent = [-1];
  const scope = [0];
  const first = [0];
  const end = [count];
  const members: number[][] = [];
  for (let piece = 0; piece < parent.length; piece++) {
    const own = scope[piece]!;
    const nodes = order.slice(first[piece], end[piece]);
    for (const node of nodes) scratch.level[node] = piece;
    const parts = nodes.every((node) => scopeOf[node] === own)
      ? oneByOne(scratch, nodes)
      : cutLevel(scratch, neighbours, piece, nodes, (node) => scopeBelow(outer, scopeOf[node]!, own));
    const inside: number[] = [];
    let at = first[piece]!;
    for (const part of orderParts(scratch, neighbours, piece, parts)) {
      order.set(part, at);
      if (part.length === 1) inside.push(part[0]!);
      else {
        inside.push(~parent.length);
        parent.push(piece);
        scope.push(sharedScope(part, outer, depth, scopeOf));
        first.push(at);
        end.push(at + part.length);
      }
      at += part.length;
    }
    members.push(inside);
  }
  return { parent, scope, order, first, end, members };
}

/** The scope directly below `own` on the way down to `scope`, or -1 where that is `own` itself. */
function scopeBelow(outer: Int32Array, scope: number, own: number): number {
  let below = -1;
  for (let at = scope; at !== own; at = outer[at]!) below = at;
  return below;
}

function sharedScope(nodes: readonly number[], outer: Int32Array, depth: Int32Array, scopeOf: Int32Array): number {
  let shared = scopeOf[nodes[0]!]!;
  for (const node of nodes) {
    let other = scopeOf[node]!;
    while (shared !== other) {
      if (depth[shared]! >= depth[other]!) shared = outer[shared]!;
      else other = outer[other]!;
    }
  }
  return shared;
}

function oneByOne({ partOf }: Scratch, nodes: Int32Array): number[][] {
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
function cutLevel(scratch: Scratch, { after }: Neighbours, level: number, nodes: Int32Array, scopeFor: (node: number) => number): number[][] {
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
