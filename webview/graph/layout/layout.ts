import { buildClusters, type Clusters } from './clusters';
import { placeLevel, type PlacedLevel } from './level';
import { cutEdges, type Levels } from './segments';
import { NODE_HEIGHT, type Boxes, type LayoutInput, type LayoutResult } from './types';

/**
 * Layered layout, top to bottom, with a box around each group: every box is laid out by itself from the inside out, then
 * stands in its parent like one large node. No recursion; linear in nodes and edges times depth of groups. Equal input gives
 * equal output.
 */
export function layout(input: LayoutInput): LayoutResult {
  const tree = buildClusters(input);
  const cut = cutEdges(input, tree);
  const placed: PlacedLevel[] = [];
  for (let index = tree.clusters.length - 1; index >= 0; index--) {
    const { items, group } = tree.clusters[index]!;
    placed[index] = placeLevel(
      cut.levels[index]!,
      {
        width: Float32Array.from(items, (item) => (item >= 0 ? input.widths[item]! : placed[~item]!.width)),
        height: Float32Array.from(items, (item) => (item >= 0 ? NODE_HEIGHT : placed[~item]!.height)),
        portOffset: (item, side, port) => {
          const box = placed[~items[item]!]!;
          return (side === 'in' ? box.inPortX : box.outPortX)[port]! - box.width / 2;
        },
      },
      index === 0 ? undefined : input.labelWidths[group],
    );
  }
  return assemble(input, tree, cut, placed);
}

/** Moves every level to its place in the whole graph. */
function assemble(input: LayoutInput, tree: Clusters, cut: Levels, placed: readonly PlacedLevel[]): LayoutResult {
  const count = input.widths.length;
  const clusters = tree.clusters;
  const left = new Float64Array(clusters.length);
  const top = new Float64Array(clusters.length);
  const boxes: Boxes = {
    group: Int32Array.from(clusters, ({ group }) => group).subarray(1),
    parent: Int32Array.from(clusters, ({ parent }) => parent - 1).subarray(1),
    x: new Float32Array(clusters.length - 1),
    y: new Float32Array(clusters.length - 1),
    width: Float32Array.from(placed, ({ width }) => width).subarray(1),
    height: Float32Array.from(placed, ({ height }) => height).subarray(1),
  };
  for (let index = 1; index < clusters.length; index++) {
    const { parent, item } = clusters[index]!;
    boxes.x[index - 1] = left[index] = left[parent]! + placed[parent]!.x[item]! - placed[index]!.width / 2;
    boxes.y[index - 1] = top[index] = top[parent]! + placed[parent]!.y[item]! - placed[index]!.height / 2;
  }
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let node = 0; node < count; node++) {
    const cluster = tree.clusterOf[node]!;
    x[node] = left[cluster]! + placed[cluster]!.x[tree.nodeItem[node]!]!;
    y[node] = top[cluster]! + placed[cluster]!.y[tree.nodeItem[node]!]!;
  }

  const routes: number[] = [];
  const routeStart = new Int32Array(input.source.length + 1);
  const spots = new Float32Array(input.source.length * 4);
  for (let edge = 0; edge < input.source.length; edge++) {
    const points: number[] = [];
    for (let k = cut.edgeStart[edge]!; k < cut.edgeStart[edge + 1]!; k += 2) {
      const cluster = cut.pieces[k]!;
      const route = placed[cluster]!.routes[cut.pieces[k + 1]!]!;
      for (let p = 0; p < route.points.length; p += 2) points.push(route.points[p]! + left[cluster]!, route.points[p + 1]! + top[cluster]!);
      route.spot.forEach((value, side) => (spots[edge * 4 + side] = value + (side % 2 === 0 ? left[cluster]! : top[cluster]!)));
    }
    for (const value of simplify(points)) routes.push(value);
    routeStart[edge + 1] = routes.length;
  }
  return { x, y, boxes, routes: Float32Array.from(routes), routeStart, spots, width: placed[0]!.width, height: placed[0]!.height };
}

/** Drops repeated points and the inside of vertical runs, where the spline is straight anyway; a straight edge keeps its ends. */
function simplify(points: readonly number[]): number[] {
  const distinct: number[] = [];
  for (let p = 0; p < points.length; p += 2) {
    if (p > 0 && points[p] === distinct.at(-2) && points[p + 1] === distinct.at(-1)) continue;
    distinct.push(points[p]!, points[p + 1]!);
  }
  const first = distinct[0]!;
  if (distinct.every((value, k) => k % 2 === 1 || value === first)) return [...distinct.slice(0, 2), ...distinct.slice(-2)];
  const kept: number[] = [];
  for (let p = 0; p < distinct.length; p += 2) {
    const inRun = distinct[p] === distinct[p - 4] && distinct[p] === distinct[p - 2] && distinct[p] === distinct[p + 2] && distinct[p] === distinct[p + 4];
    if (!inRun) kept.push(distinct[p]!, distinct[p + 1]!);
  }
  return kept;
}
