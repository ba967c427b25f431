import type { EdgeTable, GraphTables } from '../protocol';
import { indexOfText, listAt } from '../tables';
import { boundariesOf, type Boundary } from './boundary';
import type { Groups } from './layout/picture';
import type { Mark, Moment } from './moment';

/** What the tree tells of. `mixOf`: nodes of each of PRECISIONS, all of them, and Casts inside a group. */
export interface TreeView {
  readonly tables: GraphTables;
  readonly groups: Groups;
  /** 1 for each group that is expanded. */
  readonly expanded: Uint8Array;
  readonly moment: Moment;
  readonly mixOf: (group: number) => { readonly counts: readonly number[]; readonly nodes: number; readonly casts: number };
}

export type TreeTarget = { readonly node: number } | { readonly group: number } | { readonly boundary: string };

/** An item of the tree. */
export interface Row {
  readonly target: TreeTarget;
  /** Before a node. */
  readonly marks: readonly Mark[];
  readonly boundary?: Boundary;
  /** From 1. */
  readonly level: number;
  readonly position: number;
  readonly size: number;
  readonly isActive: boolean;
}

/** Items on each side of the active one. */
const AROUND = 20;

/**
 * The part of the tree around the active item: the groups around it, its siblings, its members; below a node the Casts before
 * it. Inside a collapsed group it is that group. In the order of the tree.
 */
export function rowsAround(view: TreeView, active: TreeTarget | undefined): Row[] {
  const { groups, expanded } = view;
  const place = placeOf(view, active);
  const path = pathTo(groups, place.group);
  const level = path.length + 1;
  const siblings = listAt(groups.members, place.group);
  const at = Math.max(0, siblings.indexOf(place.member));
  const first = Math.max(0, at - AROUND);
  const shown = siblings.subarray(first, at + AROUND + 1);
  const inner = active !== undefined && place.member < 0 && expanded[~place.member] ? listAt(groups.members, ~place.member) : new Int32Array();
  const shownInner = inner.subarray(0, AROUND);
  const marks = marksInto(view, [...shown, ...shownInner]);
  const boundaries = active === undefined ? [] : boundaryRows(marks.get(place.member) ?? [], level + 1, active);
  const isBoundary = boundaries.some(({ isActive }) => isActive);

  const memberRow = (member: number, level: number, members: Int32Array, isActive: boolean): Row => ({
    target: member >= 0 ? { node: member } : { group: ~member }, marks: marks.get(member) ?? [], level, position: members.indexOf(member) + 1, size: members.length, isActive,
  });
  const rows = path.map((group, depth) => memberRow(~group, depth + 1, listAt(groups.members, groups.parent[group]!), false));
  shown.forEach((member, k) => {
    const isHere = first + k === at;
    rows.push(memberRow(member, level, siblings, isHere && active !== undefined && !isBoundary));
    if (isHere) rows.push(...boundaries, ...Array.from(shownInner, (one) => memberRow(one, level + 1, inner, false)));
  });
  return rows;
}

function boundaryRows(marks: readonly Mark[], level: number, active: TreeTarget): Row[] {
  const boundaries = marks.flatMap(boundariesOf);
  return boundaries.map((boundary, k) => ({
    target: { boundary: boundary.id }, marks: [], boundary, level, position: k + 1, size: boundaries.length, isActive: 'boundary' in active && active.boundary === boundary.id,
  }));
}

/** The member that stands for a target, and the group it is a direct member of. */
function placeOf(view: TreeView, target: TreeTarget | undefined): { readonly member: number; readonly group: number } {
  const { groups, expanded } = view;
  if (target === undefined) return { member: groups.members.items[0]!, group: 0 };
  let member = 'group' in target ? ~target.group : 'node' in target ? target.node : readerOf(view, target.boundary);
  let group = member >= 0 ? groups.groupOf[member]! : groups.parent[~member]!;
  for (let outer = group; outer > 0; outer = groups.parent[outer]!) if (!expanded[outer]) [member, group] = [~outer, groups.parent[outer]!];
  return { member, group };
}

/** Groups around the members of a group and that group itself, outermost first, without the whole graph. */
function pathTo({ parent }: Groups, group: number): number[] {
  const path: number[] = [];
  for (let at = group; at > 0; at = parent[at]!) path.unshift(at);
  return path;
}

/** The first node that reads through a boundary; the first of the graph where it is on no edge. Decodes no ids. */
function readerOf({ tables, moment }: TreeView, id: string): number {
  const { snapshot } = moment.position;
  // While changes are replayed, a mark may still be as in the snapshot before.
  for (const at of [snapshot, snapshot - 1]) {
    const marks = tables.snapshots[at]?.marks;
    const wanted = marks ? indexOfText(marks.ids, id) : -1;
    if (!marks || wanted < 0) continue;
    const entry = marks.nodes.items.indexOf(wanted);
    const mark = marks.nodes.start.findIndex((start) => start > entry) - 1;
    return tables.edges.target[marks.edge[mark]!]!;
  }
  return 0;
}

function marksInto({ tables, moment }: TreeView, members: readonly number[]): Map<number, Mark[]> {
  const marks = new Map<number, Mark[]>();
  for (const member of members) if (member >= 0) marks.set(member, []);
  for (const mark of moment.marks) marks.get(tables.edges.target[mark.edge]!)?.push(mark);
  return marks;
}

const counted = new WeakMap<EdgeTable, { readonly into: Int32Array; readonly outOf: Int32Array }>();

/** How many edges lead into and out of each node; counted once per graph. */
export function edgeCounts({ nodes, edges }: GraphTables): { readonly into: Int32Array; readonly outOf: Int32Array } {
  const known = counted.get(edges);
  if (known) return known;
  const counts = { into: new Int32Array(nodes.count), outOf: new Int32Array(nodes.count) };
  for (const node of edges.target) counts.into[node]!++;
  for (const node of edges.source) counts.outOf[node]!++;
  counted.set(edges, counts);
  return counts;
}
