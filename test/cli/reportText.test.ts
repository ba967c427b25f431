import { expect, it } from 'vitest';
import { reportLines } from '../../src/cli/reportText';
import type { Report } from '../../src/engine/conversion';

const casts = (inserted: number, folded: number, remaining: number, lowerBound: number | null): string | undefined => {
  const report: Report = {
    model: { format: 'TensorFlow', nodes: 0, inputs: [], outputs: [] }, phases: [], warnings: [], peakMemoryMiB: 9, casts: { inserted, folded, remaining, lowerBound },
  };
  return reportLines(report).find((line) => line.startsWith('Casts: '))?.replace(/\.  Peak memory: 9 MiB$/, '');
};

it('says how many Casts remain and how many are needed', () => {
  expect(casts(48, 17, 31, 28)).toBe('Casts: 48 inserted, 17 folded, 31 remain (at least 28 are needed)');
  expect(casts(48, 17, 31, 1)).toBe('Casts: 48 inserted, 17 folded, 31 remain (at least 1 is needed)');
  expect(casts(48, 17, 31, 31)).toBe('Casts: 48 inserted, 17 folded, 31 remain, the fewest possible');
  expect(casts(1, 0, 1, 1)).toBe('Casts: 1 inserted, 0 folded, 1 remains, the fewest possible');
});

it('says nothing of a bound that is unknown or of no interest', () => {
  expect(casts(4, 0, 4, null)).toBe('Casts: 4 inserted, 0 folded, 4 remain');
  expect(casts(0, 0, 0, 0)).toBe('Casts: 0 inserted, 0 folded, 0 remain');
});
