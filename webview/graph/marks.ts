import type { EdgeMark } from '../protocol';
import type { LayoutResult } from './layout/types';

/** A mark at its place on its edge. Marks of edges that carry the same value with the same label share one. */
export interface PlacedMark {
  readonly id: string;
  readonly mark: EdgeMark;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** From the left border to the label, in whole pixels: text between pixels is blurred. */
  readonly textLeft: number;
}

export const MARK_HEIGHT = 16;
const CHARACTER = 6;
const ALONG: readonly number[] = [0.5, 0.28, 0.72, 0.12, 0.88];
const CELL = 128;

/** Puts each mark into the last bend of its edge, and apart from those already placed. Linear in the number of marks. */
export function placeMarks(marks: readonly EdgeMark[], layout: LayoutResult): PlacedMark[] {
  const cells = new Map<string, PlacedMark[]>();
  const near = (x: number, y: number): PlacedMark[] =>
    [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => cells.get(`${Math.floor(x / CELL) + dx},${Math.floor(y / CELL) + dy}`) ?? []));
  const placed: PlacedMark[] = [];
  // What stands in the graph takes its place before the ghosts.
  const order = [...marks].sort((a, b) => Number(a.state === 'folded') - Number(b.state === 'folded'));
  for (const mark of order) {
    const width = markWidth(mark.label);
    const places = ALONG.map((t) => pointOnBend(layout.spots.subarray(mark.edge * 4, mark.edge * 4 + 4), t));
    const overlaps = ([x, y]: readonly [number, number]): PlacedMark | undefined =>
      near(x, y).find((other) => Math.abs(other.x - x) < (other.width + width) / 2 + 2 && Math.abs(other.y - y) < MARK_HEIGHT + 2);
    const [x, y] = places.find((place) => !overlaps(place)) ?? places[0]!;
    const hidden = overlaps([x, y]);
    if (hidden && hidden.mark.label === mark.label && hidden.mark.state === mark.state) continue;
    const textLeft = Math.round((width - mark.label.length * CHARACTER) / 2);
    const item = { id: `mark ${mark.edge} ${mark.kind} ${mark.state}`, mark, x: Math.round(x), y: Math.round(y), width, textLeft };
    placed.push(item);
    const cell = `${Math.floor(x / CELL)},${Math.floor(y / CELL)}`;
    const list = cells.get(cell);
    if (list) list.push(item);
    else cells.set(cell, [item]);
  }
  return placed;
}

export function markWidth(label: string): number {
  return Math.max(20, Math.round((label.length * CHARACTER + 12) / 4) * 4);
}

/** Point of a bend at 0 to 1 of its way: two mirrored quadratic halves, as routes.ts lays its control points. `spot` holds its start and end. */
export function pointOnBend([x0 = 0, y0 = 0, x1 = 0, y1 = 0]: Iterable<number>, t: number): readonly [number, number] {
  const u = t <= 0.5 ? 2 * t : 2 - 2 * t;
  const along = 0.6 * u - 0.1 * u * u;
  const aside = (u * u) / 2;
  return t <= 0.5 ? [x0 + (x1 - x0) * aside, y0 + (y1 - y0) * along] : [x1 - (x1 - x0) * aside, y1 - (y1 - y0) * along];
}
