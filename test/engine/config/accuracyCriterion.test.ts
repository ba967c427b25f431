import { expect, it } from 'vitest';
import { isAccurateEnough } from '../../../src/engine/config/accuracyCriterion';

it.each([
  [{ relative: 0.01 }, 0.792, true],
  [{ relative: 0.01 }, 0.791, false],
  [{ absolute: 0.01 }, 0.79, true],
  [{ absolute: 0.01 }, 0.789, false],
  [{ relative: 0 }, 0.8, true],
  [{ absolute: 0 }, 0.81, true],
])('%j of 0.8 allows %d: %s', (criterion, converted, isMet) => {
  expect(isAccurateEnough({ original: 0.8, converted }, criterion)).toBe(isMet);
});

it.each([
  [{ relative: 0.1 }, 2, 2.2, true],
  [{ relative: 0.1 }, 2, 2.3, false],
  [{ absolute: 0.5 }, 2, 2.5, true],
  [{ absolute: 0.5 }, 2, 2.6, false],
  [{ absolute: 0 }, 0, 0, true],
])('where lower is better, %j of %d allows %d: %s', (criterion, original, converted, isMet) => {
  expect(isAccurateEnough({ original, converted }, criterion, false)).toBe(isMet);
});

it('allows a loss, not a gain, of a negative accuracy', () => {
  expect([-10.9, -11.1].map((converted) => isAccurateEnough({ original: -10, converted }, { relative: 0.1 }))).toEqual([true, false]);
});
