import { t } from '../../l10n';
import { listAt } from '../../tables';
import { describeMark } from '../describe';
import { NOWHERE, type Picture } from '../layout/picture';
import type { Mark } from '../moment';

/** Marks of one place that look the same, as one pill. */
export interface PlacedMark {
  readonly id: string;
  readonly kind: Mark['kind'];
  readonly folded: boolean;
  readonly label: string;
  readonly marks: readonly Mark[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** From the left border to the label, in whole pixels: text between pixels is blurred. */
  readonly textLeft: number;
}

/** Marks at a place: a line, or `~stub`. */
export type MarksAt = (place: number) => readonly PlacedMark[];

export const MARK_HEIGHT = 16;
const CHARACTER = 6;
const SPACE = 2;
const ALONG: readonly number[] = [0.5, 0.28, 0.72];

/** A pill before it has a place. */
type Pill = Pick<PlacedMark, 'kind' | 'folded' | 'label'> & { readonly marks: Mark[] };

interface Taken {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/**
 * Puts the marks of each line side by side into its last bend, apart from those of other lines where there is room; what stands
 * in the graph takes its place before the ghosts. Marks of a shared value stand at its stub. One band of the picture at a time,
 * when something in it is first asked for.
 */
export function placeMarks(picture: Picture, marks: readonly Mark[]): MarksAt {
  const pillsOf = pillsByPlace(picture, marks);
  const placed = new Map<number, readonly PlacedMark[]>();
  const done = new Set<number>();
  const { bands, lines } = picture;
  const bandOf = (line: number): number => {
    const middle = (lines.spots[line * 4 + 1]! + lines.spots[line * 4 + 3]!) / 2;
    return Math.min(bands.lines.start.length - 2, Math.max(0, Math.floor(middle / bands.height)));
  };
  const placeBand = (band: number): void => {
    const own = [...listAt(bands.lines, band)].filter((line) => pillsOf.has(line) && bandOf(line) === band);
    const standing = (line: number): boolean => pillsOf.get(line)!.some(({ folded }) => !folded);
    const taken: Taken[] = [];
    for (const line of [...own.filter(standing), ...own.filter((line) => !standing(line))]) {
      const pills = pillsOf.get(line)!;
      const width = rowWidth(pills);
      const spot = lines.spots.subarray(line * 4, line * 4 + 4);
      const places = ALONG.map((along) => pointOnBend(spot, along));
      const [x, y] = (places.find(([x, y]) => isFree(taken, x, y, width)) ?? places[0]!).map(Math.round) as [number, number];
      taken.push({ x, y, width });
      placed.set(line, inRow(line, pills, x, y));
    }
    done.add(band);
  };
  return (place) => {
    const pills = pillsOf.get(place);
    if (!pills) return [];
    if (place < 0 && !placed.has(place)) placed.set(place, besideStub(picture, ~place, pills));
    if (place >= 0 && !done.has(bandOf(place))) placeBand(bandOf(place));
    return placed.get(place)!;
  };
}

function pillsByPlace({ place }: Picture, marks: readonly Mark[]): Map<number, Pill[]> {
  const pills = new Map<number, Pill[]>();
  for (const mark of marks) {
    const at = place[mark.edge]!;
    if (at === NOWHERE) continue;
    let row = pills.get(at);
    if (!row) pills.set(at, (row = []));
    const same = row.find(({ kind, folded, label }) => kind === mark.kind && folded === mark.folded && label === mark.label);
    if (same) same.marks.push(mark);
    else row.push({ kind: mark.kind, folded: mark.folded, label: mark.label, marks: [mark] });
  }
  for (const row of pills.values()) row.sort((a, b) => Number(a.folded) - Number(b.folded));
  return pills;
}

/** Linear in what a band holds, which the width of a picture bounds. */
function isFree(taken: readonly Taken[], x: number, y: number, width: number): boolean {
  return taken.every((other) => Math.abs(other.x - x) >= (other.width + width) / 2 + SPACE || Math.abs(other.y - y) >= MARK_HEIGHT + SPACE);
}

function besideStub({ stubs }: Picture, stub: number, pills: readonly Pill[]): PlacedMark[] {
  const x = stubs.x[stub]! + (stubs.width[stub]! + rowWidth(pills)) / 2 + SPACE;
  return inRow(~stub, pills, Math.round(x), Math.round(stubs.y[stub]!));
}

function inRow(place: number, pills: readonly Pill[], x: number, y: number): PlacedMark[] {
  let left = x - rowWidth(pills) / 2;
  return pills.map((pill) => {
    const label = labelOf(pill);
    const width = pillWidth(label);
    const centre = left + width / 2;
    left += width + SPACE;
    const id = `mark ${place} ${pill.kind} ${pill.folded ? 'folded ' : ''}${pill.label}`;
    return { ...pill, id, label, x: centre, y, width, textLeft: Math.round((width - label.length * CHARACTER) / 2) };
  });
}

/** With how many Casts, or pairs of Quantize and Dequantize, it stands for. */
function labelOf({ label, marks }: Pill): string {
  const count = marks.length === 1 ? 1 : distinctIds(marks).length;
  return count > 1 ? `${label} ×${count}` : label;
}

/** The first boundary node of each mark, which several edges can share. */
function distinctIds(marks: readonly Mark[]): string[] {
  return [...new Set(marks.map(({ ids }) => ids[0]!))];
}

/** The mark whose boundary comes after the one that is selected: repeated clicks go through them. */
export function nextMark(marks: readonly Mark[], selected: string | undefined): Mark {
  const ids = distinctIds(marks);
  const next = ids[(ids.indexOf(selected ?? '') + 1) % ids.length];
  return marks.find((mark) => mark.ids[0] === next)!;
}

function rowWidth(pills: readonly Pill[]): number {
  return pills.reduce((sum, pill) => sum + pillWidth(labelOf(pill)) + SPACE, -SPACE);
}

function pillWidth(label: string): number {
  return Math.max(20, Math.round((label.length * CHARACTER + 12) / 4) * 4);
}

/** Point of a bend at 0 to 1 of its way: two mirrored quadratic halves, as the layout lays its control points. `spot` holds its start and end. */
export function pointOnBend([x0 = 0, y0 = 0, x1 = 0, y1 = 0]: Iterable<number>, along: number): readonly [number, number] {
  const u = along <= 0.5 ? 2 * along : 2 - 2 * along;
  const down = 0.6 * u - 0.1 * u * u;
  const aside = (u * u) / 2;
  return along <= 0.5 ? [x0 + (x1 - x0) * aside, y0 + (y1 - y0) * down] : [x1 - (x1 - x0) * aside, y1 - (y1 - y0) * down];
}

const MOST_NAMED = 3;

/** What a pill stands for: `F to B Cast, folded: a, b, c and 9 more`. */
export function describeMarks(marks: readonly Mark[]): string {
  const ids = [...new Set(marks.flatMap((mark) => mark.ids))];
  const names = ids.slice(0, MOST_NAMED).join(', ');
  const all = ids.length > MOST_NAMED ? t('{0} and {1} more', names, ids.length - MOST_NAMED) : names;
  return `${describeMark(marks[0]!)}: ${all}`;
}
