import type { EdgeTable } from '../../protocol';
import type { Groups } from './picture';

/**
 * Edges cut into pieces where they cross the border of a group, as if every group were expanded. Pieces that carry one value to
 * one place are one; so the pieces of a value form a tree, and an edge is the way from its last piece back to the first.
 * The pieces of a group's level stand together, from start[group] up to start[group + 1].
 */
export interface LevelEdges {
  readonly start: Uint32Array;
  /** Place of the member at each end among those of the group; -1 at the group's own border. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Port of the member, where it is a group, or of the border; -1 at a node. */
  readonly fromPort: Int32Array;
  readonly toPort: Int32Array;
  /** The piece that leads to this one, -1 where it starts at its node. */
  readonly before: Int32Array;
  /** Values that enter and leave each group: one port each, shared by all readers. */
  readonly inPorts: Int32Array;
  readonly outPorts: Int32Array;
  /** Last piece of each edge; -1 for those of shared values, which are not drawn. */
  readonly last: Int32Array;
}

/** An end of a piece: place of the member among those of its group, and its port. */
type End = readonly [place: number, port: number];
const BORDER = -1;
const NO_PORT = -1;

/** Cuts every edge; linear in edges times depth of groups. */
export function cutEdges(edges: EdgeTable, groups: Groups): LevelEdges {
  const { count, parent, groupOf, members, shared } = groups;
  const slots = slotsOf(groups);
  const depth = new Int32Array(count);
  for (let group = 1; group < count; group++) depth[group] = depth[parent[group]!]! + 1;
  const placeIn = (group: number, slot: number): number => slot - members.start[group]!;

  const pieces = new Pieces();
  const inPorts = new Int32Array(count);
  const outPorts = new Int32Array(count);
  /** Pieces of the value at hand: the one to each member, and the one to each group's border; -1 for none. */
  const into = new Int32Array(members.items.length).fill(-1);
  const outOf = new Int32Array(count).fill(-1);
  const last = new Int32Array(edges.count).fill(-1);
  const readers = edgesBySource(edges, groupOf.length);
  /** From the reader up: members to enter on the way to it. */
  const way: number[] = [];

  for (const value of groups.order) {
    if (shared[value] === 1) continue;
    const first = pieces.count;
    for (let k = readers.start[value]!; k < readers.start[value + 1]!; k++) {
      const target = edges.target[readers.edges[k]!]!;
      let up = groupOf[value]!;
      let down = groupOf[target]!;
      let end: End = [placeIn(up, slots.node[value]!), NO_PORT];
      let piece = -1;
      way.length = 0;
      way.push(slots.node[target]!);
      while (up !== down) {
        const [a, b] = [depth[up]!, depth[down]!];
        if (a >= b) {
          if (outOf[up]! < 0) outOf[up] = pieces.add(up, end, [BORDER, outPorts[up]!++], piece);
          piece = outOf[up]!;
          end = [placeIn(parent[up]!, slots.group[up]!), pieces.toPort[piece]!];
          up = parent[up]!;
        }
        if (b >= a) {
          way.push(slots.group[down]!);
          down = parent[down]!;
        }
      }
      for (let step = way.length - 1; step >= 0; step--) {
        const slot = way[step]!;
        const member = members.items[slot]!;
        if (into[slot]! < 0) into[slot] = pieces.add(down, end, [placeIn(down, slot), member < 0 ? inPorts[~member]!++ : NO_PORT], piece);
        piece = into[slot]!;
        end = [BORDER, pieces.toPort[piece]!];
        down = ~member;
      }
      last[readers.edges[k]!] = piece;
    }
    for (let piece = first; piece < pieces.count; piece++) {
      const group = pieces.level[piece]!;
      if (pieces.to[piece] === BORDER) outOf[group] = -1;
      else into[members.start[group]! + pieces.to[piece]!] = -1;
    }
  }
  return { ...pieces.byLevel(count, last), inPorts, outPorts };
}

/** Pieces in the order they are found. */
class Pieces {
  readonly level: number[] = [];
  readonly to: number[] = [];
  readonly toPort: number[] = [];
  private readonly from: number[] = [];
  private readonly fromPort: number[] = [];
  private readonly before: number[] = [];

  get count(): number {
    return this.level.length;
  }

  add(group: number, from: End, to: End, before: number): number {
    this.from.push(from[0]);
    this.fromPort.push(from[1]);
    this.to.push(to[0]);
    this.toPort.push(to[1]);
    this.before.push(before);
    return this.level.push(group) - 1;
  }

  byLevel(groups: number, last: Int32Array): Omit<LevelEdges, 'inPorts' | 'outPorts'> {
    const start = new Uint32Array(groups + 1);
    for (const group of this.level) start[group + 1]!++;
    for (let group = 0; group < groups; group++) start[group + 1]! += start[group]!;
    const next = start.slice(0, groups);
    const rank = Int32Array.from(this.level, (group) => next[group]!++);
    const sorted = (values: readonly number[]): Int32Array => {
      const result = new Int32Array(values.length);
      for (let piece = 0; piece < values.length; piece++) result[rank[piece]!] = values[piece]!;
      return result;
    };
    const renumber = (piece: number): number => (piece < 0 ? -1 : rank[piece]!);
    return {
      start,
      from: sorted(this.from),
      to: sorted(this.to),
      fromPort: sorted(this.fromPort),
      toPort: sorted(this.toPort),
      before: sorted(this.before).map(renumber),
      last: last.map(renumber),
    };
  }
}

/** Where each node, and each group, stands in groups.members.items. */
function slotsOf({ count, groupOf, members }: Groups): { readonly node: Int32Array; readonly group: Int32Array } {
  const node = new Int32Array(groupOf.length);
  const group = new Int32Array(count).fill(-1);
  members.items.forEach((member, slot) => {
    if (member >= 0) node[member] = slot;
    else group[~member] = slot;
  });
  return { node, group };
}

function edgesBySource(edges: EdgeTable, nodes: number): { readonly start: Uint32Array; readonly edges: Int32Array } {
  const start = new Uint32Array(nodes + 1);
  for (let edge = 0; edge < edges.count; edge++) start[edges.source[edge]! + 1]!++;
  for (let node = 0; node < nodes; node++) start[node + 1]! += start[node]!;
  const at = start.slice(0, nodes);
  const sorted = new Int32Array(edges.count);
  for (let edge = 0; edge < edges.count; edge++) sorted[at[edges.source[edge]!]!++] = edge;
  return { start, edges: sorted };
}
