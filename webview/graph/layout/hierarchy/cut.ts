import { cutLevel, oneByOne, scratchFor } from './cutLevel';
import { orderParts } from './orderParts';
import type { Neighbours } from './rows';
import type { Scopes } from '../scopes';

/**
 * Scopes cut into pieces that can stand together: between the members of a piece, and between pieces, there is no edge that
 * leaves one and comes back. Piece 0 is the whole graph; outer pieces come before those inside them.
 */
export interface Pieces {
  readonly scope: readonly number[];
  /** Nodes so that those of every piece stand together, from order[first[piece]] up to order[end[piece]], in topological order. */
  readonly order: Int32Array;
  readonly first: readonly number[];
  readonly end: readonly number[];
  /** Direct members of each piece in topological order: a node, or `~piece`. */
  readonly members: readonly (readonly number[])[];
}

/** Linear in nodes and edges times depth of scopes; iterative. Equal input gives equal output. */
export function cutScopes(neighbours: Neighbours, { parent: outer, depth, scopeOf }: Scopes, shared: Uint8Array): Pieces {
  const count = scopeOf.length;
  const scratch = scratchFor(count, outer.length);
  const order = new Int32Array(count).map((_, node) => node);
  const scope = [0];
  const first = [0];
  const end = [count];
  const members: number[][] = [];
  for (let piece = 0; piece < scope.length; piece++) {
    const own = scope[piece]!;
    const nodes = order.slice(first[piece], end[piece]);
    for (const node of nodes) scratch.level[node] = piece;
    const parts = nodes.every((node) => scopeOf[node] === own)
      ? oneByOne(scratch, nodes)
      : cutLevel(scratch, neighbours, piece, nodes, (node) => scopeBelow(outer, scopeOf[node]!, own));
    const inside: number[] = [];
    let at = first[piece]!;
    for (const part of orderParts(scratch, neighbours, shared, piece, parts)) {
      order.set(part, at);
      if (part.length === 1) inside.push(part[0]!);
      else {
        inside.push(~scope.length);
        scope.push(sharedScope(part, outer, depth, scopeOf));
        first.push(at);
        end.push(at + part.length);
      }
      at += part.length;
    }
    members.push(inside);
  }
  return { scope, order, first, end, members };
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
