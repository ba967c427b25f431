import type { EdgeTable } from '../protocol';
import { listAt } from '../tables';
import type { Picture } from './layout/picture';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** How far apart two cards of one row may stand, from centre to centre. */
const SAME_ROW = 120;

/** Finds the card an arrow key leads to. */
export interface Neighbours {
  /** Down and up follow edges, the straightest first; left and right go along the row. */
  next(item: number, direction: Direction): number | undefined;
  /** First or last card from top to bottom. */
  extreme(end: 'first' | 'last'): number | undefined;
}

export function neighboursOf(picture: Picture, edges: EdgeTable): Neighbours {
  const { items, lines, stubs, itemOf } = picture;
  const { x, y } = items;
  const from = linesAt(lines.from, items.of.length);
  const to = linesAt(lines.to, items.of.length);

  /** Cards at the other ends of all edges that leave or reach a card, those drawn as stubs among them. */
  const along = (item: number, direction: 'up' | 'down'): Set<number> => {
    const down = direction === 'down';
    const found = new Set<number>();
    const ends = down ? edges.target : edges.source;
    for (const line of listAt(down ? from : to, item)) for (const edge of listAt(lines.edges, line)) found.add(itemOf[ends[edge]!]!);
    stubs.node.forEach((node, stub) => {
      const [source, target] = [itemOf[node]!, stubs.item[stub]!];
      if ((down ? source : target) === item) found.add(down ? target : source);
    });
    found.delete(item);
    return found;
  };

  return {
    next(item, direction) {
      if (direction === 'up' || direction === 'down') return nearest(along(item, direction), (end) => Math.abs(x[end]! - x[item]!) + Math.abs(y[end]! - y[item]!) / 4);
      const sign = direction === 'right' ? 1 : -1;
      const aside = [...x.keys()].filter((other) => (x[other]! - x[item]!) * sign > 0 && Math.abs(y[other]! - y[item]!) < SAME_ROW);
      return nearest(aside, (other) => Math.abs(x[other]! - x[item]!) + 4 * Math.abs(y[other]! - y[item]!));
    },
    extreme: (end) => nearest(y.keys(), (item) => (end === 'first' ? y[item]! : -y[item]!)),
  };
}

/** Lines by the card at one of their ends. */
function linesAt(ends: Int32Array, count: number): { items: Int32Array; start: Uint32Array } {
  const start = new Uint32Array(count + 1);
  for (const item of ends) if (item >= 0) start[item + 1]!++;
  for (let item = 0; item < count; item++) start[item + 1]! += start[item]!;
  const next = start.slice(0, count);
  const items = new Int32Array(start[count]!);
  ends.forEach((item, line) => item >= 0 && (items[next[item]!++] = line));
  return { items, start };
}

function nearest(candidates: Iterable<number>, distance: (item: number) => number): number | undefined {
  let best: number | undefined;
  let least = Infinity;
  for (const item of candidates) {
    const d = distance(item);
    if (d < least) [best, least] = [item, d];
  }
  return best;
}
