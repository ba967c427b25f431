import { afterAll, beforeAll, expect, it } from 'vitest';
import { digitsCnn } from '../support/digitsCnn';
import { digitsCast, digitsDetails } from '../support/digitsDetails';
import { GraphPages } from '../support/page';
import { themes, type ThemeName } from '../support/themes';

const sizes = { wide: [1280, 800], narrow: [700, 800] } as const;
let pages: GraphPages;
beforeAll(async () => {
  pages = await GraphPages.start();
});
afterAll(() => pages.stop());

const cases = Object.keys(themes).flatMap((theme) => Object.keys(sizes).map((size) => [theme as ThemeName, size as keyof typeof sizes] as const));

it.each(cases)('draws the optimized CNN in %s, %s', async (theme, size) => {
  const [width, height] = sizes[size];
  const { page, post, show, problems } = await pages.open({ theme, width, height });
  await show(digitsCnn(), 3);
  await page.waitForSelector('.notice', { state: 'hidden' });
  await post({ type: 'select', id: digitsDetails.id });
  await post({ type: 'details', details: digitsDetails });
  await page.getByText(digitsDetails.why.text.slice(0, 12)).waitFor();
  await page.waitForTimeout(300);
  await page.screenshot({ path: `test-results/graph-${theme}-${size}.png` });
  expect(problems).toEqual([]);
  await page.close();
});

it.each(cases)('draws why a Cast is there in %s, %s', async (theme, size) => {
  const [width, height] = sizes[size];
  const { page, post, show, problems } = await pages.open({ theme, width, height });
  await show(digitsCnn(), 3);
  await page.waitForSelector('.notice', { state: 'hidden' });
  await page.screenshot({ path: `test-results/graph-model-${theme}-${size}.png` });
  await post({ type: 'select', id: digitsCast.id });
  await post({ type: 'details', details: digitsCast });
  await page.getByText('WHY THIS CAST').waitFor();
  await page.waitForTimeout(300);
  await page.screenshot({ path: `test-results/graph-cast-${theme}-${size}.png` });
  expect(problems).toEqual([]);
  await page.close();
});
