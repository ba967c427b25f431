import { NODE_HEIGHT } from './layout/types';
import type { Scene } from './scene';

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Visible {
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly boxes: readonly number[];
}

/** Finds what a rectangle of the picture shows. */
export type Find = (area: Rectangle) => Visible;

const BAND = 512;

/** Index over horizontal bands of the picture: each lists what touches it. */
export function indexBands(scene: Scene): Find {
  const { layout, widths, graph } = scene;
  const count = Math.max(1, Math.ceil(layout.height / BAND));
  const band = (y: number): number => Math.min(count - 1, Math.max(0, Math.floor(y / BAND)));
  const bandsOf = (rectangles: readonly Rectangle[]): number[][] => {
    const bands: number[][] = Array.from({ length: count }, () => []);
    rectangles.forEach(({ top, bottom }, index) => {
      for (let k = band(top); k <= band(bottom); k++) bands[k]!.push(index);
    });
    return bands;
  };
  const nodes = graph.nodes.map((_, node) => around(layout.x[node]!, layout.y[node]!, widths[node]! / 2, NODE_HEIGHT / 2));
  const edges = graph.edges.map((_, edge) => routeBounds(layout.routes.subarray(layout.routeStart[edge], layout.routeStart[edge + 1])));
  const { boxes } = layout;
  const frames = Array.from(boxes.group, (_, box): Rectangle => {
    const left = boxes.x[box]!;
    const top = boxes.y[box]!;
    return { left, top, right: left + boxes.width[box]!, bottom: top + boxes.height[box]! };
  });
  const lists = { nodes: bandsOf(nodes), edges: bandsOf(edges), boxes: bandsOf(frames) };
  const pick = (bands: readonly (readonly number[])[], rectangles: readonly Rectangle[], area: Rectangle): number[] => {
    const found = new Set<number>();
    for (let k = band(area.top); k <= band(area.bottom); k++) for (const index of bands[k]!) if (meets(rectangles[index]!, area)) found.add(index);
    return [...found];
  };
  return (area) => ({ nodes: pick(lists.nodes, nodes, area), edges: pick(lists.edges, edges, area), boxes: pick(lists.boxes, frames, area) });
}

function around(x: number, y: number, halfWidth: number, halfHeight: number): Rectangle {
  return { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
}

function routeBounds(points: Float32Array): Rectangle {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let p = 0; p < points.length; p += 2) {
    left = Math.min(left, points[p]!);
    right = Math.max(right, points[p]!);
    top = Math.min(top, points[p + 1]!);
    bottom = Math.max(bottom, points[p + 1]!);
  }
  return { left, top, right, bottom };
}

function meets(a: Rectangle, b: Rectangle): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}
