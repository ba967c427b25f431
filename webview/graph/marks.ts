import type { EdgeMark } from '../protocol';
import type { LayoutResult } from './layout/types';

/** A mark at its place on its edge. */
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
const SPACE = 2;
const ALONG: readonly number[] = [0.5, 0.28, 0.72];
const CELL = 128;

/** A taken place: its centre and width. */
interface Taken {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/**
 * Puts the marks of each edge side by side into its last bend, apart from those of other edges where there is room. What
 * stands in the graph takes its place before the ghosts. Linear in the number of marks.
 */
export function placeMarks(marks: readonly EdgeMark[], layout: LayoutResult): PlacedMark[] {
  const cells = new Map<string, Taken[]>();
  const cell = (x: number, y: number): string => `${Math.floor(x / CELL)},${Math.floor(y / CELL)}`;
  const isFree = (x: number, y: number, width: number): boolean => {
    for (const dx of [-CELL, 0, CELL]) {
      for (const dy of [-CELL, 0, CELL]) {
        for (const other of cells.get(cell(x + dx, y + dy)) ?? []) {
          if (Math.abs(other.x - x) < (other.width + width) / 2 + SPACE && Math.abs(other.y - y) < MARK_HEIGHT + SPACE) return false;
        }
      }
    }
    return true;
  };
  const placed: PlacedMark[] = [];
  const order = [...marks].sort((a, b) => Number(a.state === 'folded') - Number(b.state === 'folded'));
  for (const group of groupByEdge(order, ({ edge }) => edge).values()) {
    const spot = layout.spots.subarray(group[0]!.edge * 4, group[0]!.edge * 4 + 4);
    const width = group.reduce((sum, { label }) => sum + markWidth(label) + SPACE, -SPACE);
    const places = ALONG.map((t) => pointOnBend(spot, t));
    const [x, y] = (places.find(([x, y]) => isFree(x, y, width)) ?? places[0]!).map(Math.round) as [number, number];
    const taken = cells.get(cell(x, y));
    if (taken) taken.push({ x, y, width });
    else cells.set(cell(x, y), [{ x, y, width }]);
    let left = x - width / 2;
    for (const mark of group) {
      const own = markWidth(mark.label);
      const textLeft = Math.round((own - mark.label.length * CHARACTER) / 2);
      placed.push({ id: `mark ${mark.edge} ${mark.kind} ${mark.state}`, mark, x: left + own / 2, y, width: own, textLeft });
      left += own + SPACE;
    }
  }
  return placed;
}

export function groupByEdge<T>(items: readonly T[], edgeOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(edgeOf(item));
    if (group) group.push(item);
    else groups.set(edgeOf(item), [item]);
  }
  return groups;
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

export function describeMark({ kind, state, label, nodes }: EdgeMark): string {
  return `${kind === 'cast' ? 'Cast' : 'Quantize, Dequantize'} ${label}${state === 'folded' ? ', folded' : ''}: ${nodes.join(', ')}`;
}
