import { expect, it } from 'vitest';
import { scaleOver, ticksBetween } from '../../../../webview/tuning/scale';

it.each<[number, number, number[]]>([
  [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0.957, 0.984, [0.96, 0.97, 0.98]],
  [-3, 12, [0, 5, 10]],
  [1e-9, 3e-9, [1e-9, 1.5e-9, 2e-9, 2.5e-9, 3e-9]],
])('names round numbers from %d to %d', (from, to, ticks) => expect(ticksBetween(from, to, 5)).toEqual(ticks));

it('has room at its ends, and a width for a single value', () => {
  const scale = scaleOver([2, 4], 5);
  expect([scale.at(2) > 0, scale.at(4) < 1, scale.at(3)]).toEqual([true, true, 0.5]);
  for (const value of [0, 1, -5]) {
    const { from, to, at } = scaleOver([value], 5);
    expect(from).toBeLessThan(to);
    expect(at(value)).toBeGreaterThan(0);
    expect(at(value)).toBeLessThan(1);
  }
});
