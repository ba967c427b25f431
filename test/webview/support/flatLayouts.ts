import dagre from '@dagrejs/dagre';
import { layout } from '../../../webview/graph/layout/layout';
import { type LayoutResult, NODE_HEIGHT, ROW_GAP } from '../../../webview/graph/layout/types';
import type { GraphView } from '../../../webview/protocol';
import type { Drawing, EdgeEnds } from './drawing';

/** A graph without groups; edges are distinct. */
export interface FlatGraph extends EdgeEnds {
  readonly widths: Float32Array;
  readonly source: Int32Array;
  readonly target: Int32Array;
}

/** Free width between nodes of a row, as ours has it. */
const COLUMN_GAP = 24;
const EDGE_GAP = 16;

export function flatGraph({ nodes, edges }: Pick<GraphView, 'nodes' | 'edges'>): FlatGraph {
  const distinct = new Map(edges.map(({ source, target }) => [source * nodes.length + target, { source, target }]));
  return {
    widths: Float32Array.from(nodes, ({ op }) => 152 + 8 * Math.min(8, op.length)),
    source: Int32Array.from(distinct.values(), ({ source }) => source),
    target: Int32Array.from(distinct.values(), ({ target }) => target),
  };
}

function layOut({ widths, source, target }: FlatGraph): LayoutResult {
  return layout({ widths, source, target, groupOf: new Int32Array(widths.length), groupParent: Int32Array.of(-1), labelWidths: Float32Array.of(0) });
}

export function drawOurs(graph: FlatGraph): Drawing {
  const { routes, routeStart } = layOut(graph);
  return Array.from(graph.source, (_, edge) => sampled(routes.subarray(routeStart[edge], routeStart[edge + 1])));
}

/** Centres of the nodes. */
export function placeOurs(graph: FlatGraph): { readonly x: Float32Array; readonly y: Float32Array } {
  const { x, y } = layOut(graph);
  return { x, y };
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
function sampled(points: Float32Array): number[] {
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
