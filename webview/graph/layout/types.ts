/**
 * What the layout works on: sizes and indices only, as typed arrays, so that a request crosses to the worker in one copy.
 * All lengths are in model pixels (zoom 1).
 */
export interface LayoutInput {
  /** Width of each node. */
  readonly widths: Float32Array;
  /** Innermost group of each node; group 0 is the whole graph. */
  readonly groupOf: Int32Array;
  /** Parent of each group, -1 for group 0; parents come before their children. */
  readonly groupParent: Int32Array;
  /** Width of each group's label. */
  readonly labelWidths: Float32Array;
  /** Edge ends, by node index. */
  readonly source: Int32Array;
  readonly target: Int32Array;
}

/** Boxes drawn around groups, outer ones first. A group whose parts cannot stand together gets several. */
export interface Boxes {
  readonly group: Int32Array;
  /** Index of the enclosing box, -1 for none. */
  readonly parent: Int32Array;
  /** Top left corner and size. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: Float32Array;
  readonly height: Float32Array;
}

export interface LayoutResult {
  /** Centre of each node. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly boxes: Boxes;
  /**
   * Points of edge e: pairs from routeStart[e] up to routeStart[e + 1]. The first and last are its ends; those between are
   * the control points of a quadratic B-spline.
   */
  readonly routes: Float32Array;
  readonly routeStart: Int32Array;
  /** Four numbers per edge: x and y where its last bend starts, x and y where it ends. Marks stand there. */
  readonly spots: Float32Array;
  readonly width: number;
  readonly height: number;
}

export const NODE_HEIGHT = 40;
/** Free height between two rows; room for one mark. */
export const ROW_GAP = 36;
export const BOX_PADDING = 16;
/** Top of a box, where its label stands; edges go straight down here. */
export const BOX_LABEL = 16;
/** From the top of a box to its first row. */
export const BOX_HEADER = 48;
