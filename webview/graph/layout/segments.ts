import type { Clusters } from './clusters';
import type { LayoutInput } from './types';

/**
 * Edges cut where they cross the border of a box. A level sees its items and, at its own border, one port per value entering
 * or leaving; all consumers inside share it.
 */
export interface Level {
  /** Items first, then in-ports, then out-ports, as ends of segments. */
  readonly inPorts: number[];
  readonly outPorts: number[];
  readonly segments: Segment[];
}

/** An end is an item index of the level; where it is a box, `port` says which of the box's ports, else -1. */
export interface End {
  readonly kind: 'item' | 'in' | 'out';
  readonly index: number;
  readonly port: number;
}

export interface Segment {
  readonly from: End;
  readonly to: End;
}

export interface Levels {
  readonly levels: readonly Level[];
  /** Level and segment of each piece of each edge, in order: pairs from edgeStart[e] up to edgeStart[e + 1]. */
  readonly pieces: readonly number[];
  readonly edgeStart: Int32Array;
}

/** Cuts every edge; time linear in edges times depth of boxes. */
export function cutEdges(input: LayoutInput, tree: Clusters): Levels {
  const levels: Level[] = tree.clusters.map(() => ({ inPorts: [], outPorts: [], segments: [] }));
  const known = tree.clusters.map(() => ({ in: new Map<number, number>(), out: new Map<number, number>(), segments: new Map<string, number>() }));
  const port = (cluster: number, side: 'in' | 'out', value: number): number => {
    const map = known[cluster]![side];
    const list = side === 'in' ? levels[cluster]!.inPorts : levels[cluster]!.outPorts;
    const found = map.get(value) ?? list.push(value) - 1;
    map.set(value, found);
    return found;
  };
  const pieces: number[] = [];
  const piece = (cluster: number, from: End, to: End): void => {
    const { segments } = levels[cluster]!;
    const key = `${from.kind}${from.index},${from.port}>${to.kind}${to.index},${to.port}`;
    const index = known[cluster]!.segments.get(key) ?? segments.push({ from, to }) - 1;
    known[cluster]!.segments.set(key, index);
    pieces.push(cluster, index);
  };

  const edgeStart = new Int32Array(input.source.length + 1);
  for (let edge = 0; edge < input.source.length; edge++) {
    const value = input.source[edge]!;
    const target = input.target[edge]!;
    let up = tree.clusterOf[value]!;
    let down = tree.clusterOf[target]!;
    let from: End = { kind: 'item', index: tree.nodeItem[value]!, port: -1 };
    let to: End = { kind: 'item', index: tree.nodeItem[target]!, port: -1 };
    const below: [number, End, End][] = [];
    while (up !== down) {
      const a = tree.clusters[up]!;
      const b = tree.clusters[down]!;
      if (a.depth >= b.depth) {
        const index = port(up, 'out', value);
        piece(up, from, { kind: 'out', index, port: -1 });
        from = { kind: 'item', index: a.item, port: index };
        up = a.parent;
      }
      if (b.depth >= a.depth) {
        const index = port(down, 'in', value);
        below.push([down, { kind: 'in', index, port: -1 }, to]);
        to = { kind: 'item', index: b.item, port: index };
        down = b.parent;
      }
    }
    piece(up, from, to);
    for (const [cluster, start, end] of below.reverse()) piece(cluster, start, end);
    edgeStart[edge + 1] = pieces.length;
  }
  return { levels, pieces, edgeStart };
}
