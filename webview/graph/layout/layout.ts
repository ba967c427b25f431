import { buildClusters, type Clusters } from './clusters';
import { placeLevel, rowsOf, type LevelInput, type PlacedLevel } from './level';
import { simplify } from './routes';
import { cutEdges, type End, type Level, type Levels } from './segments';
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
    const level = toLevel(cut.levels[index]!, items, placed, input, index === 0 ? -1 : input.labelWidths[group]!);
    placed[index] = placeLevel(level, rowsOf(level));
  }
  return assemble(input, tree, cut, placed);
}

function toLevel({ inPorts, outPorts, segments }: Level, items: readonly number[], placed: readonly PlacedLevel[], input: LayoutInput, labelWidth: number): LevelInput {
  const width = Float32Array.from(items, (item) => (item >= 0 ? input.widths[item]! : placed[~item]!.width));
  const vertex = (end: End): number => (end.kind === 'item' ? end.index : end.kind === 'in' ? items.length + end.index : items.length + inPorts.length + end.index);
  const offset = ({ index, port }: End, side: 'inPortX' | 'outPortX'): number => (port < 0 ? 0 : placed[~items[index]!]![side][port]! - width[index]! / 2);
  const values = new Map<string, number>();
  const valueOf = (end: End): number => {
    const key = `${vertex(end)},${end.port}`;
    const value = values.get(key) ?? values.size;
    values.set(key, value);
    return value;
  };
  return {
    items: items.length,
    inPorts: inPorts.length,
    outPorts: outPorts.length,
    labelWidth,
    width,
    height: Float32Array.from(items, (item) => (item >= 0 ? NODE_HEIGHT : placed[~item]!.height)),
    above: new Float32Array(items.length),
    reach: width.map((wide) => wide / 2 - 16),
    from: Int32Array.from(segments, ({ from }) => vertex(from)),
    to: Int32Array.from(segments, ({ to }) => vertex(to)),
    toPort: Uint8Array.from(segments, ({ to }) => (to.port < 0 ? 0 : 1)),
    fromOffset: Float32Array.from(segments, ({ from }) => offset(from, 'outPortX')),
    toOffset: Float32Array.from(segments, ({ to }) => offset(to, 'inPortX')),
    value: Int32Array.from(segments, ({ from }) => valueOf(from)),
  };
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
      const line = cut.pieces[k + 1]!;
      const { start, points: local, spots: localSpots } = placed[cluster]!;
      for (let p = start[line]!; p < start[line + 1]!; p += 2) points.push(local[p]! + left[cluster]!, local[p + 1]! + top[cluster]!);
      for (let side = 0; side < 4; side++) spots[edge * 4 + side] = localSpots[line * 4 + side]! + (side % 2 === 0 ? left[cluster]! : top[cluster]!);
    }
    for (const value of simplify(points)) routes.push(value);
    routeStart[edge + 1] = routes.length;
  }
  return { x, y, boxes, routes: Float32Array.from(routes), routeStart, spots, width: placed[0]!.width, height: placed[0]!.height };
}
