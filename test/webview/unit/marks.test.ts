import { describe, expect, it } from 'vitest';
import { MARK_HEIGHT, placeMarks, pointOnBend } from '../../../webview/graph/marks';
import type { LayoutResult } from '../../../webview/graph/layout/types';
import type { EdgeMark } from '../../../webview/protocol';

const layoutWith = (...spots: readonly (readonly number[])[]) => ({ spots: Float32Array.from(spots.flat()) }) as LayoutResult;
const mark = (edge: number, change: Partial<EdgeMark> = {}): EdgeMark => ({ edge, kind: 'cast', state: 'inserted', label: 'F→B', nodes: [`cast_${edge}`], ...change });

describe('marks', () => {
  it('stand in the middle of the last bend of their edge', () => {
    const [placed] = placeMarks([mark(0)], layoutWith([100, 0, 200, 40]));
    expect([placed!.x, placed!.y]).toEqual([150, 20]);
  });

  it('stand side by side where an edge has two', () => {
    const [cast, quantize] = placeMarks([mark(0), mark(0, { kind: 'quantize', label: '8' })], layoutWith([0, 0, 0, 36]));
    expect(quantize!.y).toBe(cast!.y);
    expect(quantize!.x - quantize!.width / 2).toBeGreaterThan(cast!.x + cast!.width / 2);
  });

  it('keep apart from those of other edges', () => {
    const placed = placeMarks([mark(0), mark(1)], layoutWith([0, 0, 200, 60], [200, 0, 0, 60]));
    expect(Math.abs(placed[0]!.y - placed[1]!.y) >= MARK_HEIGHT || Math.abs(placed[0]!.x - placed[1]!.x) >= placed[0]!.width).toBe(true);
  });

  it('give the middle to what stands, not to a ghost', () => {
    const placed = placeMarks([mark(0, { state: 'folded' }), mark(1)], layoutWith([0, 0, 200, 60], [200, 0, 0, 60]));
    const standing = placed.find((item) => item.mark.state === 'inserted')!;
    expect([standing.x, standing.y]).toEqual([100, 30]);
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
