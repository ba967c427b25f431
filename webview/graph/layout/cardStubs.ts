import type { EdgeTable } from '../../protocol';
import type { Groups } from './picture';

/** Labels above a card for the shared values it reads: at most two, the last for all the rest. */
export interface CardStub {
  /** The first node it stands for, and how many others. */
  readonly node: number;
  readonly others: number;
  readonly edges: readonly number[];
}

const MOST = 2;

/** Stubs of a node, or of a collapsed `~group`, which has none for what is made inside it. */
export function cardStubs(edges: EdgeTable, groups: Groups): (card: number) => readonly CardStub[] {
  const position = new Int32Array(groups.order.length);
  groups.order.forEach((node, at) => (position[node] = at));
  const read = edgesByReader(edges, groups, position);
  const known = new Map<number, readonly CardStub[]>();
  const find = (card: number): CardStub[] => {
    const first = card >= 0 ? position[card]! : groups.first[~card]!;
    const end = card >= 0 ? first + 1 : groups.end[~card]!;
    const byNode = new Map<number, number[]>();
    for (const edge of read.edges.subarray(read.start[first], read.start[end])) {
      const node = edges.source[edge]!;
      if (position[node]! >= first && position[node]! < end) continue;
      const list = byNode.get(node);
      if (list) list.push(edge);
      else byNode.set(node, [edge]);
    }
    const values = [...byNode];
    return values.slice(0, MOST).map(([node, own], at) => {
      const rest = at < MOST - 1 ? [] : values.slice(MOST);
      return { node, others: rest.length, edges: [...own, ...rest.flatMap(([, list]) => list)] };
    });
  };
  return (card) => {
    let stubs = known.get(card);
    if (stubs === undefined) known.set(card, (stubs = find(card)));
    return stubs;
  };
}

/** Edges of shared values by the position of their reader, so that those into a group stand together. */
function edgesByReader(edges: EdgeTable, { order, shared }: Groups, position: Int32Array): { readonly start: Uint32Array; readonly edges: Int32Array } {
  const start = new Uint32Array(order.length + 1);
  for (let edge = 0; edge < edges.count; edge++) if (shared[edges.source[edge]!] === 1) start[position[edges.target[edge]!]! + 1]!++;
  for (let at = 0; at < order.length; at++) start[at + 1]! += start[at]!;
  const next = start.slice(0, order.length);
  const sorted = new Int32Array(start[order.length]!);
  for (let edge = 0; edge < edges.count; edge++) if (shared[edges.source[edge]!] === 1) sorted[next[position[edges.target[edge]!]!]!++] = edge;
  return { start, edges: sorted };
}
