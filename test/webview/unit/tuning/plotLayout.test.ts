import { describe, expect, it } from 'vitest';
import { type Plotted, plotLayout } from '../../../../webview/tuning/plotLayout';

const trials = [{ accuracy: 0.98, cost: 0.6 }, { accuracy: 0.97, cost: 0.4 }, { accuracy: 0.1, cost: 0.3 }];
const plotted: Plotted = { baseline: 0.98, worst: 0.97, higherIsBetter: true, front: [2, 1, 0] };

describe('the plot of accuracy against cost', () => {
  it('is none before anything is known', () => {
    expect(plotLayout({ ...plotted, baseline: undefined, worst: undefined, front: [] }, [])).toBeUndefined();
    expect(plotLayout({ ...plotted, front: [] }, [])!.marks).toEqual([]);
  });

  it('puts better accuracy further up and lower cost further left', () => {
    const { marks, top } = plotLayout(plotted, trials)!;
    expect(marks[0]!.top).toBeLessThan(marks[1]!.top);
    expect(marks[0]!.left).toBeGreaterThan(marks[1]!.left);
    expect(marks[1]!.top).toBe(top(0.97));
    const lower = plotLayout({ ...plotted, baseline: 0.01, worst: 0.02, higherIsBetter: false }, [{ accuracy: 0.01, cost: 0.5 }, { accuracy: 0.03, cost: 0.4 }, { accuracy: 0.02, cost: 0.4 }])!;
    expect(lower.marks[0]!.top).toBeLessThan(lower.marks[1]!.top);
  });

  it('is not squeezed by what is far too bad: that is at its edge', () => {
    const { y, marks } = plotLayout(plotted, trials)!;
    expect(y.from).toBeGreaterThan(0.9);
    expect(marks.map(({ isBeyond }) => isBeyond)).toEqual([false, false, true]);
    expect(marks[2]!.top).toBe(1);
  });

  it('shows everything where no loss is allowed, or the original is not known', () => {
    for (const none of [{ ...plotted, worst: 0.98 }, { ...plotted, baseline: undefined, worst: undefined }]) {
      expect(plotLayout(none, trials)!.marks.some(({ isBeyond }) => isBeyond)).toBe(false);
    }
  });

  it('draws the front as steps: a better accuracy holds from its cost on', () => {
    const { front, marks } = plotLayout(plotted, trials)!;
    const [dear, middle, cheap] = marks.map(({ left, top }) => [left, top] as const);
    expect(front).toEqual([cheap, [middle![0], cheap![1]], middle, [dear![0], middle![1]], dear]);
  });
});
