import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { digitsCnn } from '../support/digitsCnn';
import { digitsDetails } from '../support/digitsDetails';
import { GraphPages, type Opened } from '../support/page';
import { themes, type ThemeName } from '../support/themes';

let pages: GraphPages;
let view: Opened;
beforeAll(async () => {
  pages = await GraphPages.start();
});
afterAll(() => pages.stop());
afterEach(async () => {
  expect(view.problems).toEqual([]);
  await view.page.close();
});

const graph = digitsCnn();
const convolutions = graph.nodes.flatMap(({ op }, index) => (/Conv|MatMul/.test(op) ? [index] : []));
const table = { nodes: Int32Array.from(convolutions), decibels: Float64Array.from(convolutions, (_, index) => 62 - 8 * index) };

async function open(theme?: ThemeName): Promise<void> {
  view = await pages.open(theme === undefined ? {} : { theme });
  await view.show(graph, 3);
  await view.page.waitForSelector('.notice', { state: 'hidden' });
}

it('is offered once it is known, and colours the ops while it is on', async () => {
  await open();
  const toggle = view.page.getByRole('button', { name: 'Sensitivity' });
  expect(await toggle.count()).toBe(0);
  await view.post({ type: 'sensitivity', table });
  await toggle.waitFor();
  expect(await toggle.getAttribute('aria-pressed')).toBe('false');
  await toggle.click();
  await view.page.getByText('60 dB or more').waitFor();
  await view.page.getByText('not measured').waitFor();
  await expect.poll(() => view.page.evaluate(() => window.persisted)).toMatchObject({ heat: true });
  await toggle.click();
  await view.page.getByText('60 dB or more').waitFor({ state: 'detached' });
  await view.post({ type: 'showSensitivity' });
  await view.page.getByText('below 30 dB').waitFor();
  await view.post({ type: 'sensitivity', table: undefined });
  await toggle.waitFor({ state: 'hidden' });
});

it('is told in the details of an op', async () => {
  await open();
  await view.post({ type: 'select', id: digitsDetails.id });
  await view.post({ type: 'details', details: digitsDetails, errors: [{ precision: 'int8', decibels: 46.23 }, { precision: 'bf16', decibels: Infinity }] });
  await view.page.getByText('INT8: output 46.2 dB over its error').waitFor();
  await view.page.getByText('BF16: no error of the output').waitFor();
});

it.each(Object.keys(themes) as ThemeName[])('is drawn in %s', async (theme) => {
  await open(theme);
  await view.post({ type: 'sensitivity', table });
  await view.post({ type: 'showSensitivity' });
  await view.page.getByText('60 dB or more').waitFor();
  await view.page.waitForTimeout(400);
  await view.page.screenshot({ path: `test-results/sensitivity-${theme}.png` });
});
