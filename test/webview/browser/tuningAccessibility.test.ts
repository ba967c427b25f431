import { source, type AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FromTuning, ToTuning, TrialView, TuningView } from '../../../webview/protocol';
import { themes, type ThemeName } from '../support/themes';
import { digitsTuning, measured, noData, running, startTuningPages, unmeasured } from '../support/tuningViews';
import type { ViewPages } from '../support/viewPages';

const STATES: readonly { readonly name: string; readonly tuning: TuningView; readonly trials: readonly TrialView[]; readonly width?: number }[] = [
  { name: 'without data', tuning: noData, trials: [] },
  { name: 'before the first trial', tuning: unmeasured, trials: [] },
  { name: 'while it runs', tuning: running, trials: measured.slice(0, 6) },
  { name: 'when it is done', tuning: digitsTuning, trials: measured },
  { name: 'with a point applied', tuning: { ...digitsTuning, applied: 3 }, trials: measured, width: 560 },
  {
    name: 'with the errors of values', tuning: digitsTuning,
    trials: measured.map((trial) => ({ ...trial, deviations: [{ name: 'image/conv', id: 'a', decibels: Infinity }, { name: 'block/conv', id: 'b', decibels: 44 }, { name: 'dense/MatMul', id: 'c', decibels: 27.2 }] })),
  },
  { name: 'with a problem', tuning: { ...digitsTuning, stale: 'config', problem: 'digits.npz: Cannot read it: there is no such file.' }, trials: measured },
];

let pages: ViewPages<FromTuning, ToTuning>;
beforeAll(async () => {
  pages = await startTuningPages();
});
afterAll(() => pages.stop());

describe.each(Object.keys(themes) as ThemeName[])('the tuning view in %s', (theme) => {
  it.each(STATES)('breaks no rule of axe $name', async ({ name, tuning, trials, width }) => {
    const { page, post, problems } = await pages.open(theme, width === undefined ? {} : { width });
    await post({ type: 'tuning', tuning, start: 0, trials });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.evaluate(source);
    const { violations, passes } = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
    // A page that is empty or covered would break no rule either.
    expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'page-has-heading-one', 'landmark-one-main']));
    expect(violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, any }) => `${id}: ${help}: ${target.join(' ')}: ${any.map(({ message }) => message).join(' ')}`))).toEqual([]);
    await page.screenshot({ path: `test-results/tuning-${theme}-${name.replaceAll(' ', '-')}.png` });
    expect(problems).toEqual([]);
    await page.close();
  });
});
