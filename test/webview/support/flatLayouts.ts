import dagre from '@dagrejs/dagre';
import { edgeTable, nodeTable } from '../../../src/engine/report/graphTables';
import { NODE_HEIGHT } from '../../../webview/graph/layout/cardSizes';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import { placeLevel, type LevelInput, type PlacedLevel } from '../../../webview/graph/layout/level';
import { arrangeRows } from '../../../webview/graph/layout/levelRows';
import { ROW_GAP } from '../../../webview/graph/layout/spacing';
import type { GraphView } from '../../../webview/protocol';
import type { Drawing, EdgeEnds } from './drawing';

/** A graph without groups; edges are distinct. */
export interface FlatGraph extends EdgeEnds {
  readonly widths: Float32Array;
  readonly source: Int32Array;
  readonly target: Int32Array;
  /** All nodes in the order our levels have them: those before others first. */
  readonly order: Int32Array;
}

/** Free width between nodes of a row, as ours has it. */
const COLUMN_GAP = 24;
const EDGE_GAP = 16;

export function flatGraph({ nodes, edges }: Pick<GraphView, 'nodes' | 'edges'>): FlatGraph {
  const distinct = [...new Map(edges.map((edge) => [edge.source * nodes.length + edge.target, edge])).values()];
  const withoutScopes = nodes.map((node, index) => ({ ...node, name: String(index), scope: [] }));
  return {
    widths: Float32Array.from(nodes, ({ op }) => 152 + 8 * Math.min(8, op.length)),
    source: Int32Array.from(distinct, ({ source }) => source),
    target: Int32Array.from(distinct, ({ target }) => target),
    order: buildGroups(nodeTable(withoutScopes), edgeTable(distinct)).order,
  };
}

/** The graph without the values we draw as stubs at their readers. */
export function withoutShared({ nodes, edges }: Pick<GraphView, 'nodes' | 'edges'>): Pick<GraphView, 'nodes' | 'edges'> {
  const { shared } = buildGroups(nodeTable(nodes), edgeTable(edges));
  return { nodes, edges: edges.filter(({ source }) => shared[source] === 0) };
}

/** The whole graph as one level. */
function layOut({ widths, source, target, order }: FlatGraph): PlacedLevel {
  const count = widths.length;
  const place = new Int32Array(count);
  order.forEach((node, at) => (place[node] = at));
  const width = Float32Array.from(order, (node) => widths[node]!);
  const from = source.map((node) => place[node]!);
  const nothing = new Float32Array(source.length);
  const level: LevelInput = {
    items: count,
    inPorts: 0,
    outPorts: 0,
    labelWidth: -1,
    width,
    height: new Float32Array(count).fill(NODE_HEIGHT),
    above: new Float32Array(count),
    reach: width.map((wide) => wide / 2 - EDGE_GAP),
    from,
    to: target.map((node) => place[node]!),
    fromOffset: nothing,
    toOffset: nothing,
    value: from,
  };
  return placeLevel(level, arrangeRows({ ...level, fromShare: nothing, toShare: nothing }));
}

export function drawOurs(graph: FlatGraph): Drawing {
  const { points, start } = layOut(graph);
  return Array.from(graph.source, (_, edge) => sampled(points.subarray(start[edge], start[edge + 1])));
}

/** Centres of the nodes. */
export function placeOurs(graph: FlatGraph): { readonly x: Float64Array; readonly y: Float64Array } {
  const { x, y } = layOut(graph);
  const [left, top] = [new Float64Array(x.length), new Float64Array(x.length)];
  graph.order.forEach((node, at) => {
    left[node] = x[at]!;
    top[node] = y[at]!;
  });
  return { x: left, y: top };
}

/** With its default, most careful ranking. */
export function drawDagre({ widths, source, target }: FlatGraph): Drawing {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ nodesep: COLUMN_GAP, edgesep: EDGE_GAP, ranksep: ROW_GAP });
  graph.setDefaultEdgeLabel(() => ({}));
  widths.forEach((width, node) => graph.setNode(String(node), { width, height: NODE_HEIGHT }));
  source.forEach((from, edge) => graph.setEdge(String(from), String(target[edge])));
  dagre.layout(graph);
  return Array.from(source, (from, edge) => (graph.edge(String(from), String(target[edge])) as { points: { x: number; y: number }[] }).points.flatMap(({ x, y }) => [x, y]));
}

const STEPS = 4;

/** The quadratic B-spline as a polyline. */
function sampled(points: Float64Array): number[] {
  const line = [points[0]!, points[1]!];
  const last = points.length - 2;
  for (let p = 2; p < last; p += 2) {
    const [x0, y0] = line.slice(-2) as [number, number];
    const [x1, y1] = [points[p]!, points[p + 1]!];
    const isLast = p + 2 === last;
    const [x2, y2] = isLast ? [points[last]!, points[last + 1]!] : [(x1 + points[p + 2]!) / 2, (y1 + points[p + 3]!) / 2];
    const steps = x0 === x1 && x1 === x2 ? 1 : STEPS;
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
      line.push(a * x0 + b * x1 + c * x2, a * y0 + b * y1 + c * y2);
    }
  }
  if (last === 2 || line.at(-1) !== points[last + 1]) line.push(points[last]!, points[last + 1]!);
  return line;
}
