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
