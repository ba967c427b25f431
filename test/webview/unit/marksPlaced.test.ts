import { describe, expect, it } from 'vitest';
import { describeMarks, MARK_HEIGHT, nextMark, placeMarks, pointOnBend } from '../../../webview/graph/canvas/marks';
import { NOWHERE, type Picture } from '../../../webview/graph/layout/picture';
import type { Mark } from '../../../webview/graph/moment';
import { listTable } from '../../../webview/tables';

/** Lines with these spots, the mark of edge e at place[e], and one stub at 0, 0. */
function picture(spots: readonly (readonly number[])[], place: readonly number[]): Picture {
  const lines = { spots: Float32Array.from(spots.flat()) };
  const stubs = { x: [0], y: [0], width: [40] };
  const bands = { height: 512, lines: listTable([spots.map((_, line) => line)]) };
  return { lines, stubs, bands, place: Int32Array.from(place) } as unknown as Picture;
}

const mark = (edge: number, change: Partial<Mark> = {}): Mark => ({ edge, kind: 'cast', folded: false, label: 'F→B', ids: [`cast_${edge}`], ...change });

describe('placed marks', () => {
  it('stand in the middle of the last bend of their line', () => {
    const [placed] = placeMarks(picture([[100, 0, 200, 40]], [0]), [mark(0)])(0);
    expect([placed!.x, placed!.y]).toEqual([150, 20]);
  });

  it('stand side by side where an edge has two', () => {
    const [cast, quantize] = placeMarks(picture([[0, 0, 0, 36]], [0]), [mark(0), mark(0, { kind: 'quantize', label: '8' })])(0);
    expect(quantize!.y).toBe(cast!.y);
    expect(quantize!.x - quantize!.width / 2).toBeGreaterThan(cast!.x + cast!.width / 2);
  });

  it('keep apart from those of other lines', () => {
    const at = placeMarks(picture([[0, 0, 200, 60], [200, 0, 0, 60]], [0, 1]), [mark(0), mark(1)]);
    const [a, b] = [at(0)[0]!, at(1)[0]!];
    expect(Math.abs(a.y - b.y) >= MARK_HEIGHT || Math.abs(a.x - b.x) >= a.width).toBe(true);
  });

  it('give the middle to what stands, not to a ghost', () => {
    const at = placeMarks(picture([[0, 0, 200, 60], [200, 0, 0, 60]], [0, 1]), [mark(0, { folded: true }), mark(1)]);
    expect([at(1)[0]!.x, at(1)[0]!.y]).toEqual([100, 30]);
  });

  it('merge on one line where they look the same, and say how many boundaries they are', () => {
    const at = placeMarks(picture([[0, 0, 0, 36]], [0, 0, 0, 0]), [mark(0), mark(1), mark(2, { ids: ['cast_1'] }), mark(3, { folded: true })]);
    expect(at(0).map(({ label, folded, marks }) => [label, folded, marks.length])).toEqual([
      ['F→B ×2', false, 3],
      ['F→B', true, 1],
    ]);
  });

  it('stand beside the stub of a shared value', () => {
    const [placed] = placeMarks(picture([], [~0]), [mark(0)])(~0);
    expect(placed!.x - placed!.width / 2).toBeGreaterThanOrEqual(20);
    expect(placed!.y).toBe(0);
  });

  it('are nowhere inside a collapsed group', () => {
    expect(placeMarks(picture([[0, 0, 0, 36]], [NOWHERE]), [mark(0)])(0)).toEqual([]);
  });
});

describe('a pill of several marks', () => {
  const marks = [mark(0), mark(1), mark(2, { ids: ['cast_1'] })];

  it('leads from one boundary to the next', () => {
    const visited: (string | undefined)[] = [undefined];
    for (let click = 0; click < 3; click++) visited.push(nextMark(marks, visited.at(-1)).ids[0]);
    expect(visited.slice(1)).toEqual(['cast_0', 'cast_1', 'cast_0']);
  });

  it('names the first of them', () => {
    expect(describeMarks([0, 1, 2, 3, 4].map((edge) => mark(edge, { folded: true })))).toBe('F to B Cast, folded: cast_0, cast_1, cast_2 and 2 more');
  });
});

describe('points of a bend', () => {
  it('start and end where the bend does, and turn in its middle', () => {
    const bend = [10, 0, 50, 40];
    expect(pointOnBend(bend, 0)).toEqual([10, 0]);
    expect(pointOnBend(bend, 0.5)).toEqual([30, 20]);
    expect(pointOnBend(bend, 1)).toEqual([50, 40]);
  });
});
