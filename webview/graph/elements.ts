import type { ElementDefinition } from 'cytoscape';
import type { SnapshotView } from '../protocol';
import type { PlacedMark } from './marks';
import type { Scene } from './scene';
import { BOX_DEPTHS } from './theme';

/**
 * Every edge hangs between these two: cytoscape wants nodes at both ends, and the real ones may stand outside the window. The
 * ends of its line are given as points, from the anchors, which lie apart from each other and from the picture.
 */
export const ANCHORS: readonly ElementDefinition[] = [
  { group: 'nodes', data: { id: 'anchor source' }, position: { x: -1000, y: -1000 }, classes: 'anchor' },
  { group: 'nodes', data: { id: 'anchor target' }, position: { x: -1000, y: -2000 }, classes: 'anchor' },
];

export const nodeId = (node: number): string => `node ${node}`;
export const nameId = (node: number): string => `name ${node}`;
export const edgeId = (edge: number): string => `edge ${edge}`;
export const boxId = (box: number): string => `box ${box}`;
const boxLabelId = (box: number): string => `label of ${boxId(box)}`;
/** The box a label belongs to; any other id as it is. */
export const boxOf = (id: string): string => id.replace(/^label of /, '');
/** The index in an id made here. */
export const indexIn = (id: string): number => Number(id.slice(id.indexOf(' ') + 1));

export function nodeClasses(scene: Scene, snapshot: SnapshotView, node: number): string {
  const terminal = scene.graph.nodes[node]!.kind === 'op' ? '' : ' terminal';
  return `op w${scene.widths[node]} ${snapshot.precision[node] ?? 'gone'}${terminal}`;
}

export function edgeClasses(scene: Scene, snapshot: SnapshotView, edge: number): string {
  const { source, target } = scene.graph.edges[edge]!;
  const gone = snapshot.precision[source] === undefined || snapshot.precision[target] === undefined;
  const straight = scene.layout.routeStart[edge + 1]! - scene.layout.routeStart[edge]! === 4;
  return `${straight ? 'straight' : 'curved'}${gone ? ' gone' : ''}`;
}

export function nodeElement(scene: Scene, snapshot: SnapshotView, node: number): ElementDefinition {
  const position = { x: scene.layout.x[node]!, y: scene.layout.y[node]! };
  const label = snapshot.ops[node] ?? scene.texts[node]!.op;
  return { group: 'nodes', data: { id: nodeId(node), label }, position, classes: nodeClasses(scene, snapshot, node) };
}

export function nameElement(scene: Scene, node: number): ElementDefinition {
  const position = { x: scene.layout.x[node]!, y: scene.layout.y[node]! };
  return { group: 'nodes', data: { id: nameId(node), label: scene.texts[node]!.name }, position, classes: `name w${scene.widths[node]}` };
}

export function boxElements(scene: Scene, box: number): ElementDefinition[] {
  const { x, y, width, height } = scene.layout.boxes;
  const centre = { x: x[box]! + width[box]! / 2, y: y[box]! + height[box]! / 2 };
  const depth = `depth${Math.min(BOX_DEPTHS - 1, scene.boxDepths[box]!)}`;
  const corner = { x: x[box]! + 11, y: y[box]! + 14 };
  return [
    { group: 'nodes', data: { id: boxId(box), width: width[box]!, height: height[box]! }, position: centre, classes: `box ${depth}` },
    { group: 'nodes', data: { id: boxLabelId(box), label: scene.boxTexts[box]! }, position: corner, classes: `boxLabel ${depth}` },
  ];
}

export function markElement({ id, mark, x, y, width, textLeft }: PlacedMark): ElementDefinition {
  return { group: 'nodes', data: { id, label: mark.label, edge: mark.edge, width, margin: textLeft - width }, position: { x, y }, classes: `mark ${mark.kind} ${mark.state}` };
}

/** Control points as cytoscape has them: along the line between the ends, and aside of it. */
export function edgeElement(scene: Scene, snapshot: SnapshotView, edge: number): ElementDefinition {
  const points = scene.layout.routes.subarray(scene.layout.routeStart[edge], scene.layout.routeStart[edge + 1]);
  const [x0 = 0, y0 = 0] = points;
  const [x1 = 0, y1 = 0] = points.subarray(-2);
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const along = [(x1 - x0) / length, (y1 - y0) / length] as const;
  const distances: number[] = [];
  const weights: number[] = [];
  for (let p = 2; p < points.length - 2; p += 2) {
    const x = points[p]! - x0;
    const y = points[p + 1]! - y0;
    weights.push((x * along[0] + y * along[1]) / length);
    distances.push(y * along[0] - x * along[1]);
  }
  const data = {
    id: edgeId(edge),
    source: 'anchor source',
    target: 'anchor target',
    start: `${x0 + 1000}px ${y0 + 1000}px`,
    end: `${x1 + 1000}px ${y1 + 2000}px`,
    distances,
    weights,
  };
  return { group: 'edges', data, classes: edgeClasses(scene, snapshot, edge) };
}
