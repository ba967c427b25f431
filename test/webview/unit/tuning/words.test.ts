import { expect, it } from 'vitest';
import { sorted } from '../../../../webview/tuning/sort';
import { accuracyText, stateText, tickText } from '../../../../webview/tuning/words';
import { digitsTuning, measured, trialView } from '../../support/tuningViews';

it.each([
  ['topk', 0.98333, '98.33 %', '98.333 %'], ['mse', 0.00123456, '0.001235', '0.00123456'], ['sqnr', 52.318, '52.3 dB', '52.318'], ['cosine', 0.99999, '0.99999', '0.99999'], ['metrics/f1.py', 12.345678, '12.3457', '12.3457'], ['mse', Number.MAX_VALUE, 'no number', '1.79769e+308'],
] as const)('says %s %d as %s', (metric, accuracy, text, tick) => expect([accuracyText(accuracy, { metric }), tickText(accuracy, { metric })]).toEqual([text, tick]));

it('says how it goes', () => {
  expect(stateText(digitsTuning, measured)).toBe('Done: the strategy has nothing more to try.');
  expect(stateText({ ...digitsTuning, end: undefined }, measured)).toMatch(/^These were measured before/);
  expect(stateText({ ...digitsTuning, end: undefined }, [])).toBe('Nothing is measured yet.');
  expect(stateText({ ...digitsTuning, state: 'running', task: undefined }, [])).toBe('Starting…');
  expect(stateText({ ...digitsTuning, stale: 'files' }, [])).toMatch(/another model/);
});

it('sorts by a column, the best accuracy first where lower is better, too', () => {
  const trials = [trialView(0.3, 0.5), trialView(0.1, 0.4), trialView(0.1, 0.6)];
  expect(sorted(trials, { column: 'accuracy', descending: true }, true)).toEqual([0, 1, 2]);
  expect(sorted(trials, { column: 'accuracy', descending: true }, false)).toEqual([1, 2, 0]);
  expect(sorted(trials, { column: 'cost', descending: false }, true)).toEqual([1, 0, 2]);
  expect(sorted(trials, { column: 'trial', descending: true }, true)).toEqual([2, 1, 0]);
});
