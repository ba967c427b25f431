import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { KEY_MAP, keyLabel, SECTIONS } from '../../../webview/graph/keyMap';
import { digitsCnn } from '../support/digitsCnn';
import { GraphPages, type Opened } from '../support/page';

let pages: GraphPages;
let view: Opened;

beforeAll(async () => {
  pages = await GraphPages.start('test/webview/support/keyboardParts.ts');
});
afterAll(() => pages.stop());
beforeEach(async () => {
  await view?.page.close();
  view = await pages.open();
  await view.show(digitsCnn(), 3);
  await view.page.waitForFunction(() => document.activeElement?.className === 'stage');
});

const dialog = () => view.page.getByRole('dialog', { name: 'Keyboard Shortcuts' });
const isInside = () => view.page.evaluate(() => document.querySelector('dialog')!.contains(document.activeElement));

it('has a sheet of every key, by section', async () => {
  await view.page.keyboard.press('?');
  expect(await dialog().getByRole('heading', { level: 3 }).allTextContents()).toEqual(Object.values(SECTIONS));
  const rows = await dialog().evaluate((sheet) => [...sheet.querySelectorAll('dt')].map((term) => [term.textContent, ...[...term.nextElementSibling!.querySelectorAll('kbd')].map((key) => key.textContent)]));
  const expected = Object.values(KEY_MAP).map(({ title, keys }) => [title, ...keys.map(keyLabel)]);
  expect(rows.sort()).toEqual(expected.sort());
  expect(view.problems).toEqual([]);
});

it('keeps the focus in the sheet until Escape gives it back', async () => {
  await view.page.keyboard.press('?');
  for (const key of ['Tab', 'Tab', 'Shift+Tab', 'Tab']) {
    await view.page.keyboard.press(key);
    expect(await isInside()).toBe(true);
  }
  await view.page.keyboard.press('g');
  expect(await view.page.evaluate(() => window.asked)).toEqual([['highlight', null]]);
  await view.page.keyboard.press('Escape');
  expect(await dialog().isVisible()).toBe(false);
  expect(await view.page.evaluate(() => document.activeElement?.className)).toBe('stage');
  await view.page.keyboard.press('?');
  await view.page.keyboard.press('?');
  expect(await dialog().isVisible()).toBe(false);
});

it('fits a small window', async () => {
  await view.page.setViewportSize({ width: 400, height: 320 });
  await view.page.keyboard.press('?');
  const box = (await dialog().boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(400);
  expect(box.y + box.height).toBeLessThanOrEqual(320);
  await view.page.keyboard.press('Tab');
  await view.page.keyboard.press('End');
  await view.page.waitForFunction(() => {
    const list = document.querySelector('dialog .sections')!;
    return list.scrollTop > 0 && list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
  });
});
