import type { ListTable } from '../../protocol';
import type { Picture, Places } from '../layout/picture';
import { meets, type Rectangle } from './rectangle';

/** What a rectangle of a picture shows, by index. */
export interface Visible {
  readonly items: readonly number[];
  readonly boxes: readonly number[];
  readonly lines: readonly number[];
  readonly stubs: readonly number[];
}

/** In proportion to what stands in the bands the area touches. */
export function visibleIn(picture: Picture, area: Rectangle): Visible {
  const { bands, items, boxes, lines, stubs } = picture;
  const last = bands.items.start.length - 2;
  const band = (y: number): number => Math.min(last, Math.max(0, Math.floor(y / bands.height)));
  const [from, to] = [band(area.top), band(area.bottom)];
  const pick = (lists: ListTable, count: number, bounds: (index: number) => Rectangle): number[] => {
    const seen = new Uint8Array(count);
    const found: number[] = [];
    for (let k = lists.start[from]!; k < lists.start[to + 1]!; k++) {
      const index = lists.items[k]!;
      if (seen[index] !== 0) continue;
      seen[index] = 1;
      if (meets(bounds(index), area)) found.push(index);
    }
    return found;
  };
  return {
    items: pick(bands.items, items.x.length, (item) => placeBounds(items, item)),
    boxes: pick(bands.boxes, boxes.x.length, (box) => placeBounds(boxes, box)),
    lines: pick(bands.lines, lines.from.length, (line) => lineBounds(picture, line)),
    // With the line down to the reader.
    stubs: pick(bands.stubs, stubs.x.length, (stub) => ({ ...placeBounds(stubs, stub), bottom: items.y[stubs.item[stub]!]! })),
  };
}

export function everything({ items, boxes, lines, stubs }: Picture): Visible {
  const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  return { items: indices(items.x.length), boxes: indices(boxes.x.length), lines: indices(lines.from.length), stubs: indices(stubs.x.length) };
}

export function placeBounds({ x, y, width, height }: Places, index: number): Rectangle {
  const halfWidth = width[index]! / 2;
  const halfHeight = height[index]! / 2;
  return { left: x[index]! - halfWidth, right: x[index]! + halfWidth, top: y[index]! - halfHeight, bottom: y[index]! + halfHeight };
}

/** A spline stays among its control points. */
function lineBounds({ lines: { start, points } }: Picture, line: number): Rectangle {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let p = start[line]!; p < start[line + 1]!; p += 2) {
    left = Math.min(left, points[p]!);
    right = Math.max(right, points[p]!);
    top = Math.min(top, points[p + 1]!);
    bottom = Math.max(bottom, points[p + 1]!);
  }
  return { left, top, right, bottom };
}

/** Points of a line, x and y in turn. */
export function linePoints({ lines: { start, points } }: Picture, line: number): Float32Array {
  return points.subarray(start[line], start[line + 1]);
}
