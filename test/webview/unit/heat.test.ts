import { expect, it } from 'vitest';
import { HEAT_LEVELS, heatLevel, heatOf, heatText, UNMEASURED } from '../../../webview/graph/heat';
import type { Groups } from '../../../webview/graph/layout/picture';

it('has a level for every error, none for no error', () => {
  expect([Infinity, 60, 59.9, 50, 40, 30, 29, -20].map(heatLevel)).toEqual([0, 0, 1, 1, 2, 3, 4, 4]);
  expect(Array.from({ length: HEAT_LEVELS }, (_, level) => heatText(level))).toEqual(['60 dB or more', '50 to 60 dB', '40 to 50 dB', '30 to 40 dB', 'below 30 dB']);
});

it('makes groups as hot as the worst op in them', () => {
  // Group 1 is inside group 0; node 3 is outside of all.
  const groups = { count: 2, parent: Int32Array.of(-1, 0), groupOf: Int32Array.of(0, 1, 1, -1) } as Pick<Groups, 'count' | 'parent' | 'groupOf'> as Groups;
  const heat = heatOf({ nodes: Int32Array.of(0, 1, 3), decibels: Float64Array.of(55, 35, 20) }, 4, groups);
  expect([...heat.nodes]).toEqual([1, 3, UNMEASURED, 4]);
  expect([...heat.groups]).toEqual([3, 3]);
  expect(heat.counts).toEqual([0, 1, 0, 1, 1]);
  expect(heat.unmeasured).toBe(1);
  expect([...heatOf({ nodes: Int32Array.of(), decibels: Float64Array.of() }, 4, groups).groups]).toEqual([UNMEASURED, UNMEASURED]);
});
