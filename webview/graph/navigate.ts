import type { Scene } from './scene';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** The node an arrow key leads to: down and up follow edges, the straightest first; left and right go along the row. */
export function neighbour(scene: Scene, node: number, direction: Direction): number | undefined {
  const { x, y } = scene.layout;
  if (direction === 'down' || direction === 'up') {
    const edges = direction === 'down' ? scene.outgoing[node]! : scene.incoming[node]!;
    const ends = edges.map((edge) => scene.graph.edges[edge]!).map(({ source, target }) => (direction === 'down' ? target : source));
    return nearest(ends, (end) => Math.abs(x[end]! - x[node]!) + Math.abs(y[end]! - y[node]!) / 4);
  }
  const sign = direction === 'right' ? 1 : -1;
  const aside: number[] = [];
  for (let other = 0; other < x.length; other++) if ((x[other]! - x[node]!) * sign > 0 && Math.abs(y[other]! - y[node]!) < 120) aside.push(other);
  return nearest(aside, (other) => Math.abs(x[other]! - x[node]!) + 4 * Math.abs(y[other]! - y[node]!));
}

/** First or last node from top to bottom. */
export function extreme(scene: Scene, end: 'first' | 'last'): number | undefined {
  const { y } = scene.layout;
  return nearest(Array.from(y.keys()), (node) => (end === 'first' ? y[node]! : -y[node]!));
}

function nearest(nodes: readonly number[], distance: (node: number) => number): number | undefined {
  let best: number | undefined;
  let least = Infinity;
  for (const node of nodes) {
    const d = distance(node);
    if (d < least) [best, least] = [node, d];
  }
  return best;
}
