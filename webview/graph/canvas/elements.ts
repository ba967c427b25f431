import type { ElementDefinition } from 'cytoscape';
import { GONE, listAt, NODE_KINDS, PRECISIONS } from '../../tables';
import { t } from '../../l10n';
import { opAt } from '../describe';
import { STUB_PADDING, TEXT_LEFT, TEXT_RIGHT } from '../layout/cardSizes';
import { heatClass } from '../heat';
import { GROUP_KINDS } from '../layout/picture';
import type { Mark } from '../moment';
import { BOX_DEPTHS } from '../theme';
import type { Lights } from './lights';
import type { PlacedMark } from './marks';
import type { Mix } from './mixes';
import { edgesOfLine, isGone, type Scene } from './scene';
import { HEADER_HEIGHT, HEADER_TEXT, MIX_HEIGHT } from './styles';
import { linePoints } from './visible';

/**
 * Every line hangs between these two: cytoscape wants nodes at both ends, and the real ones may stand outside the window. The
 * ends of a line are given as points, from the anchors, which lie apart from each other and from the picture.
 */
export const ANCHORS: readonly ElementDefinition[] = [
  { group: 'nodes', data: { id: 'anchor source' }, position: { x: -1000, y: -1000 }, classes: 'anchor' },
  { group: 'nodes', data: { id: 'anchor target' }, position: { x: -1000, y: -2000 }, classes: 'anchor' },
];

/** What an element on the screen stands for; a stub stands for the node that makes its value. */
export interface Target {
  readonly node?: number;
  readonly group?: number;
  readonly marks?: readonly Mark[];
  /** Of which the node is elsewhere. */
  readonly stub?: number;
}

/** From the left border of a box to its header, and from its top to the middle of the header. */
export const HEADER_LEFT = 6;
export const HEADER_MIDDLE = 16;

/** An op, or a group that is collapsed: its card; beside it, where text can be read, its second line and its mix. */
export function itemElements(scene: Scene, lights: Lights, item: number, text: boolean): ElementDefinition[] {
  const of = scene.picture.items.of[item]!;
  return of >= 0 ? opElements(scene, lights.item(item), item, of, text) : groupElements(scene, lights.item(item), item, ~of, text);
}

function opElements(scene: Scene, lit: string, item: number, node: number, text: boolean): ElementDefinition[] {
  const { tables, moment, labels, picture, readers } = scene;
  const { nodes } = tables;
  const place = placeOf(picture.items, item);
  const room = place.width - TEXT_LEFT - TEXT_RIGHT;
  const precision = moment.precision[node]!;
  const kind = precision === GONE ? 'gone' : PRECISIONS[precision]!;
  const terminal = NODE_KINDS[nodes.kind[node]!] === 'op' ? '' : ' terminal';
  const label = labels.op(opAt(nodes, moment, node), room);
  const card = cardElement(`node ${node}`, label, place, `op ${kind}${terminal}${scene.heat ? heatClass(scene.heat.nodes[node]!) : ''}${lit}`);
  if (!text) return [card];
  return [card, nameElement(`name ${node}`, labels.name(node, room, readers[node]! > 0 ? ` → ${readers[node]}` : ''), place, `name${lit}`)];
}

function groupElements({ groups, labels, mixOf, picture, heat }: Scene, lit: string, item: number, group: number, text: boolean): ElementDefinition[] {
  const place = placeOf(picture.items, item);
  const room = place.width - TEXT_LEFT - TEXT_RIGHT;
  const mix = mixOf(group);
  const kind = GROUP_KINDS[groups.kind[group]!]!;
  const gone = mix.nodes === 0 ? ' gone' : '';
  const card = cardElement(`group ${group}`, labels.group(group, room, 'op'), place, `group ${kind}${gone}${heat ? heatClass(heat.groups[group]!) : ''}${lit}`);
  const bar: ElementDefinition = {
    group: 'nodes',
    data: { id: `mix ${group}`, width: room, stops: stopsOf(mix) },
    position: { x: place.x + (TEXT_LEFT - TEXT_RIGHT) / 2, y: place.y + place.height / 2 - 2 * MIX_HEIGHT },
    classes: `mix${lit}`,
  };
  const name = nameElement(`count ${group}`, countText(mix.nodes, mix.casts), place, `name ofGroup${lit}`);
  return [card, ...(mix.nodes > 0 ? [bar] : []), ...(text ? [name] : [])];
}

/** Where the colour of each precision starts and ends. */
function stopsOf({ counts, nodes }: Mix): string {
  let before = 0;
  return counts.map((count) => `${(100 * before) / nodes}% ${(100 * (before += count)) / nodes}%`).join(' ');
}

export function countText(nodes: number, casts: number): string {
  if (nodes === 0) return t('Removed');
  const ops = nodes === 1 ? t('1 op') : t('{0} ops', nodes.toLocaleString('en'));
  if (casts === 0) return ops;
  return `${ops} · ${casts === 1 ? t('1 Cast') : t('{0} Casts', casts.toLocaleString('en'))}`;
}

/** Frame of an expanded group, and its label, which closes it. */
export function boxElements({ picture, labels, boxDepths }: Scene, lights: Lights, box: number): ElementDefinition[] {
  const place = placeOf(picture.boxes, box);
  const group = picture.boxes.group[box]!;
  const depth = `depth${Math.min(BOX_DEPTHS - 1, boxDepths[box]!)}${lights.box(box)}`;
  const frame: ElementDefinition = { group: 'nodes', data: { id: `box ${group}`, width: place.width, height: place.height }, position: { x: place.x, y: place.y }, classes: `box ${depth}` };
  const label = labels.group(group, place.width - 2 * HEADER_LEFT - HEADER_TEXT - 4, 'name');
  const width = Math.ceil(labels.width(label, 'name')) + HEADER_TEXT + 6;
  const header: ElementDefinition = {
    group: 'nodes',
    data: { id: `header ${group}`, label, width, height: HEADER_HEIGHT, margin: HEADER_TEXT - width },
    position: { x: place.x - place.width / 2 + HEADER_LEFT + width / 2, y: place.y - place.height / 2 + HEADER_MIDDLE },
    classes: `header ${depth}`,
  };
  return [frame, header];
}

export function lineElement(scene: Scene, lights: Lights, line: number): ElementDefinition {
  const { picture, tables, moment } = scene;
  const points = linePoints(picture, line);
  const shape = points.length === 4 ? 'straight' : 'curved';
  const arrow = picture.lines.to[line]! >= 0 ? ' arrow' : '';
  const gone = isGone(tables.edges, moment.precision, GONE, edgesOfLine(picture, line)) ? ' gone' : '';
  return { group: 'edges', data: { id: `line ${line}`, ...course(points) }, classes: `${shape}${arrow}${gone}${lights.line(line)}` };
}

/** A shared value above its reader: its name, and a short line down. */
export function stubElements({ picture, labels, moment, tables }: Scene, lights: Lights, stub: number): ElementDefinition[] {
  const { stubs, items } = picture;
  const place = placeOf(stubs, stub);
  const node = stubs.node[stub]!;
  const item = stubs.item[stub]!;
  const classes = `${moment.precision[node] === GONE ? ' gone' : ''}${lights.stub(stub)}`;
  const others = new Set(listAt(stubs.edges, stub).map((edge) => tables.edges.source[edge]!)).size - 1;
  const label = labels.stub(node, others, place.width - 2 * STUB_PADDING);
  const margin = -Math.round((place.width + labels.width(label, 'stub')) / 2);
  const stem = [place.x, place.y + place.height / 2, place.x, items.y[item]! - items.height[item]! / 2];
  return [
    { group: 'nodes', data: { id: `stub ${stub}`, label, width: place.width, height: place.height, margin }, position: { x: place.x, y: place.y }, classes: `stub${classes}` },
    { group: 'edges', data: { id: `stem ${stub}`, ...course(stem) }, classes: `stem straight${classes}` },
  ];
}

export function markElement(lights: Lights, placed: PlacedMark): ElementDefinition {
  const { id, label, x, y, width, textLeft, kind, folded } = placed;
  return { group: 'nodes', data: { id, label, width, margin: textLeft - width }, position: { x, y }, classes: `mark ${kind}${folded ? ' folded' : ''}${lights.mark(placed)}` };
}

/** What the element of an id made here stands for. */
export function targetOf(scene: Scene, id: string): Target {
  const [kind, index] = id.split(' ', 2) as [string, string];
  const number = Number(index);
  if (kind === 'node') return { node: number };
  if (kind === 'stub') return { node: scene.picture.stubs.node[number]!, stub: number };
  if (kind === 'mark') return { marks: scene.marksAt(number).find((placed) => placed.id === id)!.marks };
  return { group: number };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function placeOf({ x, y, width, height }: Scene['picture']['items' | 'boxes' | 'stubs'], index: number): Place {
  return { x: x[index]!, y: y[index]!, width: width[index]!, height: height[index]! };
}

function cardElement(id: string, label: string, { x, y, width, height }: Place, classes: string): ElementDefinition {
  return { group: 'nodes', data: { id, label, width, height, margin: TEXT_LEFT - width }, position: { x, y }, classes: `card ${classes}` };
}

function nameElement(id: string, label: string, { x, y, width, height }: Place, classes: string): ElementDefinition {
  return { group: 'nodes', data: { id, label, width, height, margin: TEXT_LEFT - width }, position: { x, y }, classes };
}

/** Ends from the anchors, and control points as cytoscape has them: along the line between the ends, and aside of it. */
function course(points: ArrayLike<number>): object {
  const last = points.length - 2;
  const [x0, y0, x1, y1] = [points[0]!, points[1]!, points[last]!, points[last + 1]!];
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [alongX, alongY] = [(x1 - x0) / length, (y1 - y0) / length];
  const distances: number[] = [];
  const weights: number[] = [];
  for (let p = 2; p < last; p += 2) {
    const [x, y] = [points[p]! - x0, points[p + 1]! - y0];
    weights.push((x * alongX + y * alongY) / length);
    distances.push(y * alongX - x * alongY);
  }
  return { source: 'anchor source', target: 'anchor target', start: `${x0 + 1000}px ${y0 + 1000}px`, end: `${x1 + 1000}px ${y1 + 2000}px`, distances, weights };
}
