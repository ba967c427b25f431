import type { EdgeTable, ListTable, NodeTable } from '../../protocol';

/**
 * What a group is: a scope of names, siblings built alike in a row, or a range: names that start alike, one turn of what repeats
 * itself, or a part of what would be too many members.
 */
export const GROUP_KINDS = ['scope', 'repeat', 'range'] as const;

/**
 * The hierarchy of a graph. Group 0 is the whole graph; parents come before their children. A scope whose ops cannot stand
 * together without an edge leaving it and coming back is several groups.
 */
export interface Groups {
  readonly count: number;
  /** -1 for group 0. */
  readonly parent: Int32Array;
  /** Index into GROUP_KINDS. */
  readonly kind: Uint8Array;
  /** What the group is called where its parent is known: `layer_0`, `layer_0 … layer_11`. */
  readonly labels: readonly string[];
  /** Scope path of the group, or of the scope around a repeat or range. */
  readonly paths: readonly string[];
  /** Tells groups apart in the same way whenever this graph is opened: what is remembered of an expanded group. */
  readonly keys: readonly string[];
  /** Direct members, a node or `~group`, in topological order of the edges that are drawn: not those of shared values or that close a loop. */
  readonly members: ListTable;
  /** Nodes so that those of every group stand together, from order[first[group]] up to order[end[group]]. */
  readonly order: Int32Array;
  readonly first: Int32Array;
  readonly end: Int32Array;
  /** Innermost group of each node. */
  readonly groupOf: Int32Array;
  /** 1 for nodes whose value is read all over the graph: drawn as a stub at each reader. */
  readonly shared: Uint8Array;
}

/** Rectangles by index; x and y are of the centre. Lengths are in model pixels (zoom 1). */
export interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: Float32Array;
  readonly height: Float32Array;
}

/** Cards: ops, and groups that are collapsed. */
export interface Items extends Places {
  /** A node, or `~group`. */
  readonly of: Int32Array;
  /** Enclosing box, -1 for none. */
  readonly box: Int32Array;
}

/** Frames around groups that are expanded, outer ones first. */
export interface GroupBoxes extends Places {
  readonly group: Int32Array;
  readonly parent: Int32Array;
}

/** Drawn pieces of edges: each runs inside one box. Edges that share a piece share its line. */
export interface Lines {
  /** Points of line l: pairs from start[l] up to start[l + 1]: its two ends, and between them control points of a quadratic B-spline. */
  readonly start: Uint32Array;
  readonly points: Float32Array;
  /** Four numbers per line: x and y where its last bend starts, x and y where it ends. Marks stand there. */
  readonly spots: Float32Array;
  /** Items at its ends; -1 at the border of a box. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly edges: ListTable;
}

/** A shared value at one of its readers: a small label above the reader's card. */
export interface Stubs extends Places {
  /** The node that makes the value. */
  readonly node: Int32Array;
  /** The item that reads it. */
  readonly item: Int32Array;
  readonly edges: ListTable;
}

/** What touches each horizontal band of `height` pixels, from the top. */
export interface Bands {
  readonly height: number;
  readonly items: ListTable;
  readonly boxes: ListTable;
  readonly lines: ListTable;
  readonly stubs: ListTable;
}

/** An edge inside a collapsed group has no place. */
export const NOWHERE = 0x7fffffff;

/** The graph as it is drawn while some of its groups are expanded. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly items: Items;
  readonly boxes: GroupBoxes;
  readonly lines: Lines;
  readonly stubs: Stubs;
  /** Where the marks of each edge stand: at a line, at the stub `~place`, or NOWHERE. */
  readonly place: Int32Array;
  /** Lines each edge runs through, first to last. */
  readonly edgeLines: ListTable;
  /** The item that shows each node: its own, or that of the collapsed group it is in. */
  readonly itemOf: Int32Array;
  readonly bands: Bands;
}

/** Page to layout worker; answers carry the same `id`. */
export type ToLayout =
  /** `expanded`: keys of groups; undefined: as many as stay legible. */
  | { readonly type: 'open'; readonly id: number; readonly nodes: NodeTable; readonly edges: EdgeTable; readonly font: string; readonly expanded: readonly string[] | undefined }
  | { readonly type: 'arrange'; readonly id: number; readonly expanded: Uint8Array };

export type FromLayout =
  /** `expanded`: 1 for each group that is. */
  | { readonly type: 'opened'; readonly id: number; readonly groups: Groups; readonly expanded: Uint8Array; readonly picture: Picture }
  | { readonly type: 'arranged'; readonly id: number; readonly picture: Picture }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
