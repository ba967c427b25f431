import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FromTuning, ToTuning, TrialView, TuningView } from '../../../webview/protocol';
import { digitsTuning, measured, noData, type OpenedTuning, running, startTuningPages, trialView, unmeasured } from '../support/tuningViews';
import type { ViewPages } from '../support/viewPages';

let pages: ViewPages<FromTuning, ToTuning>;
let view: OpenedTuning;

beforeAll(async () => {
  pages = await startTuningPages();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  view = await pages.open();
  await expectSent({ type: 'ready' });
});
afterEach(async () => {
  expect(view.problems).toEqual([]);
  await view.page.close();
});

const show = (tuning: TuningView, trials: readonly TrialView[] = [], start = 0): Promise<void> => view.post({ type: 'tuning', tuning, start, trials });
const button = (name: string) => view.page.getByRole('button', { name, exact: true });
const trial = (number: number) => view.page.getByRole('radio', { name: `Trial ${number}`, exact: true });

async function expectSent(...messages: readonly FromTuning[]): Promise<void> {
  const sent: FromTuning[] = [];
  await expect.poll(() => {
    sent.push(...view.received());
    return sent;
  }).toEqual(messages);
}

describe('the controls', () => {
  it('ask for data first', async () => {
    await show(noData);
    await view.page.getByText('choose it to begin').waitFor();
    await button('Choose Data…').click();
    await button('Choose…').click();
    await expectSent({ type: 'chooseData' }, { type: 'chooseData' });
    expect(await view.page.getByRole('table').count()).toBe(0);
  });

  it('start, hold and end a search', async () => {
    await show(unmeasured);
    await button('Start').click();
    await show(running, measured);
    await button('Pause').click();
    await show({ ...running, state: 'paused' }, [], measured.length);
    await view.page.getByText('Paused.').waitFor();
    await button('Resume').click();
    await button('Cancel').click();
    await show({ ...digitsTuning, end: 'cancelled' }, [], measured.length);
    await view.page.getByText('Cancelled. What was measured is kept.').waitFor();
    await button('Continue').click();
    await button('Start Anew').click();
    await expectSent({ type: 'start' }, { type: 'pause' }, { type: 'resume' }, { type: 'cancel' }, { type: 'start' }, { type: 'startAnew' });
  });

  it('change how the search goes, in the config', async () => {
    await show(digitsTuning, measured);
    await view.page.getByLabel('Strategy').selectOption('conservative');
    await view.page.getByLabel('Trials at most').fill('12');
    await view.page.getByLabel('Trials at most').press('Tab');
    await view.page.getByLabel('Trials at most').fill('0');
    await view.page.getByLabel('Trials at most').press('Tab');
    await button('Change').click();
    await expectSent({ type: 'setStrategy', strategy: 'conservative' }, { type: 'setMaxTrials', trials: 12 }, { type: 'openConfig' });
    await view.page.getByText('1 %: down to 97.35 %').waitFor();
    await show(running, [], measured.length);
    await expect.poll(() => view.page.getByLabel('Strategy').isDisabled()).toBe(true);
  });

  it('name the metric, one of the user’s own among them, and what ran the models', async () => {
    await show(digitsTuning, measured);
    const metric = view.page.getByLabel('Judged by');
    await metric.selectOption('signal-to-noise ratio');
    await metric.selectOption('function of my own…');
    expect(await metric.inputValue()).toBe('topk');
    await expectSent({ type: 'setMetric', metric: 'sqnr' }, { type: 'chooseMetric' });
    await show({ ...digitsTuning, metric: 'metrics/f1.py' }, [], measured.length);
    await expect.poll(() => metric.inputValue()).toBe('metrics/f1.py');
    await view.page.getByRole('option', { name: 'f1.py', exact: true }).waitFor({ state: 'attached' });
    await view.page.getByText(`Run by ${digitsTuning.runtime}.`).waitFor();
  });

  it('offer only a new search where the files or the config changed', async () => {
    await show({ ...digitsTuning, end: undefined, stale: 'config' }, measured);
    await view.page.getByText('The config has changed since these trials.').waitFor();
    expect(await button('Continue').count()).toBe(0);
    await button('Start Anew').waitFor();
  });

  it('say what went wrong', async () => {
    await show({ ...unmeasured, problem: 'labels.npz: The data has no array "y" for the labels.' });
    await view.page.getByRole('alert').getByText('The data has no array "y"').waitFor();
  });
});

describe('the trials', () => {
  it('are in the table and in the plot, the best one chosen', async () => {
    await show(digitsTuning, measured);
    await view.page.getByRole('img', { name: 'Plot of top-1 accuracy against modelled cost, 12 trials. The best is trial 4.' }).waitFor();
    expect(await view.page.locator('svg[role=img] .trial').count()).toBe(12);
    expect(await view.page.locator('.front').count()).toBeGreaterThan(0);
    expect(await trial(4).isChecked()).toBe(true);
    await view.page.getByRole('row', { name: '97.50 % 36.7 %' }).getByText('meets, best').waitFor();
    await view.page.getByRole('heading', { name: 'Trial 4, the best' }).waitFor();
  });

  it('follow the best until one is chosen', async () => {
    await show({ ...running, front: [0, 3] }, measured.slice(0, 4));
    await show({ ...running, front: [4, 3], best: 4 }, [trialView(0.98, 0.2)], 4);
    await view.page.getByRole('heading', { name: 'Trial 5, the best' }).waitFor();
    await trial(2).check();
    await show({ ...running, front: [4, 5], best: 5 }, [trialView(0.99, 0.1)], 5);
    await view.page.getByRole('heading', { name: 'Trial 2', exact: true }).waitFor();
    expect(await trial(2).isChecked()).toBe(true);
  });

  it('are chosen in the plot, and with the arrow keys', async () => {
    await show(digitsTuning, measured);
    await view.page.locator('[data-trial="6"] .reach').click();
    await view.page.getByRole('heading', { name: 'Trial 6' }).waitFor();
    await trial(6).focus();
    await view.page.keyboard.press('ArrowDown');
    await view.page.getByRole('heading', { name: 'Trial 7' }).waitFor();
    expect(await trial(7).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('are sorted by any column, and stay so', async () => {
    await show(digitsTuning, measured);
    const numbers = async (): Promise<string[]> => view.page.locator('tbody label').allTextContents();
    await button('Modelled cost').click();
    expect((await numbers()).slice(0, 3)).toEqual(['8', '1', '9']);
    expect(await view.page.getByRole('columnheader', { name: 'Modelled cost' }).getAttribute('aria-sort')).toBe('ascending');
    await button('Accuracy').click();
    expect((await numbers()).slice(0, 3)).toEqual(['2', '6', '11']);
    await button('Accuracy').click();
    expect((await numbers())[0]).toBe('8');
    expect(await view.page.evaluate(() => window.persisted)).toMatchObject({ uri: digitsTuning.uri, sort: { column: 'accuracy', descending: false } });
  });

  it('become the config, once', async () => {
    await show(digitsTuning, measured);
    await trial(5).check();
    await button('Apply to Config').click();
    await expectSent({ type: 'apply', trial: 4 });
    await show({ ...digitsTuning, applied: 4 }, [], measured.length);
    await expect.poll(() => button('In the Config').isDisabled()).toBe(true);
    await view.page.getByText('meets, in the config').waitFor();
  });

  it('tell what they keep, and show it in the graph', async () => {
    await show(digitsTuning, measured);
    await view.page.getByText('all Mean').waitFor();
    await button('digits_cnn_1/dense_1/MatMul').click();
    await expectSent({ type: 'show', id: 'digits_cnn_1/dense_1/MatMul' });
  });

  it('tell where they go wrong first', async () => {
    await show(digitsTuning, measured);
    await trial(3).check();
    await button('Where Does It Go Wrong First?').click();
    await expectSent({ type: 'locate', trial: 2 });
    const deviations = [{ name: 'conv1', id: 'conv1', decibels: Infinity }, { name: 'conv2', id: 'conv2', decibels: 52.1 }, { name: 'conv3', id: 'conv3', decibels: 31.4 }, { name: 'dense', id: 'dense', decibels: 28 }];
    await show(digitsTuning, [{ ...measured[2]!, deviations }, ...measured.slice(3)], 2);
    await view.page.getByRole('listitem').filter({ hasText: 'first below 40 dB' }).getByRole('button', { name: 'conv3' }).click();
    await expectSent({ type: 'show', id: 'conv3' });
    await view.page.getByText('no error').waitFor();
    expect(await button('Where Does It Go Wrong First?').count()).toBe(0);
  });

  it('of another model take their place', async () => {
    await show(digitsTuning, measured);
    await trial(9).check();
    await show({ ...digitsTuning, uri: 'file:///other.pb', model: 'other.pb', front: [0], best: 0 }, measured.slice(0, 1));
    await view.page.getByRole('heading', { name: 'Trial 1, the best' }).waitFor();
    expect(await view.page.locator('svg[role=img] .trial').count()).toBe(1);
  });

  it('may be very many', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => trialView(0.9 + 0.08 * ((index * 7919) % 2000) / 2000, 0.3 + 0.6 * ((index * 104729) % 2000) / 2000));
    await show({ ...digitsTuning, front: [0], best: 0 }, many);
    await view.page.getByText('The first 200 of 2000 in this order.').waitFor();
    expect(await view.page.locator('tbody tr').count()).toBe(200);
  });
});
