import type { GraphTables } from '../../protocol';
import { listAt } from '../../tables';
import type { Groups, Picture } from '../layout/picture';
import type { Heat } from '../heat';
import type { Moment } from '../moment';
import type { Measure } from '../layout/cardSizes';
import { createLabels, type Labels } from './labels';
import { placeMarks, type MarksAt } from './marks';
import { countMixes, type Mix } from './mixes';

/** All that is drawn. Replaced, never changed: `withPicture` when groups open or close, `withMoment` when the story moves on. */
export interface Scene {
  readonly tables: GraphTables;
  readonly groups: Groups;
  readonly labels: Labels;
  /** How many edges leave each shared node. */
  readonly readers: Int32Array;
  readonly picture: Picture;
  /** Boxes around each box. */
  readonly boxDepths: Uint8Array;
  readonly moment: Moment;
  /** Folded marks are drawn. */
  readonly ghosts: boolean;
  /** Cards are coloured by it where it is there, else by precision. */
  readonly heat?: Heat | undefined;
  readonly marksAt: MarksAt;
  readonly mixOf: (group: number) => Mix;
}

export interface SceneParts {
  readonly tables: GraphTables;
  readonly groups: Groups;
  readonly picture: Picture;
  readonly moment: Moment;
  readonly ghosts: boolean;
  readonly measure: Measure;
}

export function makeScene({ tables, groups, picture, moment, ghosts, measure }: SceneParts): Scene {
  const readers = new Int32Array(tables.nodes.count);
  for (const source of tables.edges.source) if (groups.shared[source]) readers[source]!++;
  return {
    tables,
    groups,
    labels: createLabels(tables.nodes, groups, measure),
    readers,
    picture,
    boxDepths: depthsOf(picture),
    moment,
    ghosts,
    marksAt: drawnMarks(picture, moment, ghosts),
    mixOf: mixesOf(tables, groups, moment),
  };
}

export function withPicture(scene: Scene, picture: Picture): Scene {
  return { ...scene, picture, boxDepths: depthsOf(picture), marksAt: drawnMarks(picture, scene.moment, scene.ghosts) };
}

export function withMoment(scene: Scene, moment: Moment): Scene {
  return { ...scene, moment, marksAt: drawnMarks(scene.picture, moment, scene.ghosts), mixOf: mixesOf(scene.tables, scene.groups, moment) };
}

export function withGhosts(scene: Scene, ghosts: boolean): Scene {
  return { ...scene, ghosts, marksAt: drawnMarks(scene.picture, scene.moment, ghosts) };
}

/** A node that stands for an item wherever the item is: its own, or the first of its group. */
export function nodeOfItem({ picture, groups }: Scene, item: number): number {
  const of = picture.items.of[item]!;
  return of >= 0 ? of : groups.order[groups.first[~of]!]!;
}

/** Edges that touch a node, or lead out of or into a group. */
export function edgesAround({ tables, groups }: Scene, { node, group }: { readonly node?: number; readonly group?: number }): number[] {
  if (node === undefined && group === undefined) return [];
  const { source, target } = tables.edges;
  const inside = new Uint8Array(tables.nodes.count);
  if (node !== undefined) inside[node] = 1;
  if (group !== undefined) for (const member of groups.order.subarray(groups.first[group], groups.end[group])) inside[member] = 1;
  const around: number[] = [];
  for (let edge = 0; edge < source.length; edge++) if (inside[source[edge]!] !== inside[target[edge]!]) around.push(edge);
  return around;
}

/** Index of the box of an expanded group, or -1. */
export function boxOfGroup({ boxes }: Picture, group: number): number {
  return boxes.group.indexOf(group);
}

/** Index of the item that stands for a group: its card, or that of a collapsed group around it; -1 where it is expanded. */
export function itemOfGroup(picture: Picture, groups: Groups, group: number): number {
  return boxOfGroup(picture, group) >= 0 ? -1 : picture.itemOf[groups.order[groups.first[group]!]!]!;
}

/** Whether all that a line carries is no longer in the graph. */
export function isGone({ source, target }: GraphTables['edges'], precision: Uint8Array, gone: number, edges: Int32Array): boolean {
  return edges.every((edge) => precision[source[edge]!] === gone || precision[target[edge]!] === gone);
}

export function edgesOfLine({ lines }: Picture, line: number): Int32Array {
  return listAt(lines.edges, line);
}

function depthsOf({ boxes }: Picture): Uint8Array {
  const depths = new Uint8Array(boxes.group.length);
  boxes.parent.forEach((outer, box) => outer >= 0 && (depths[box] = depths[outer]! + 1));
  return depths;
}

function drawnMarks(picture: Picture, { marks }: Moment, ghosts: boolean): MarksAt {
  return placeMarks(picture, ghosts ? marks : marks.filter(({ folded }) => !folded));
}

/** Counted when the first group is asked for. */
function mixesOf(tables: GraphTables, groups: Groups, moment: Moment): (group: number) => Mix {
  let mixes: ((group: number) => Mix) | undefined;
  return (group) => (mixes ??= countMixes(groups, tables.edges, moment))(group);
}
