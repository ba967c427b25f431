import { afterAll, beforeAll, expect, it } from 'vitest';
import { MOST_ELEMENTS } from '../../../webview/graph/windowElements';
import { drawn, elementCount, nextFrames } from '../support/cytoscape';
import { GraphPages, type Opened } from '../support/page';
import { transformer } from '../support/transformer';

let pages: GraphPages;
let view: Opened;
const graph = transformer(125);

beforeAll(async () => {
  pages = await GraphPages.start();
  view = await pages.open();
  await view.show(graph, 1);
  await view.page.waitForSelector('.notice', { state: 'hidden' });
  await nextFrames(view.page);
});
afterAll(() => pages.stop());

it('holds only a window of elements, wherever one looks', async () => {
  expect(graph.nodes.length).toBeGreaterThan(5000);
  let most = 0;
  await view.page.locator('.stage').hover();
  for (let zoom = 0; zoom < 24; zoom++) {
    await view.page.mouse.wheel(0, 700);
    await nextFrames(view.page);
    most = Math.max(most, await elementCount(view.page));
    await view.page.keyboard.down('Control');
    await view.page.mouse.wheel(0, 60);
    await view.page.keyboard.up('Control');
    await nextFrames(view.page);
    most = Math.max(most, await elementCount(view.page));
  }
  expect(most).toBeGreaterThan(500);
  expect(most).toBeLessThanOrEqual(MOST_ELEMENTS);
  expect(view.problems).toEqual([]);
});

it('shows the whole graph on a plain canvas and comes back to elements', async () => {
  await view.page.locator('.stage').focus();
  await view.page.keyboard.press('f');
  await nextFrames(view.page);
  expect(await drawn(view.page, '.op')).toEqual([]);
  const colours = await view.page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.far')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(Array.from(new Uint32Array(data.buffer))).size;
  });
  expect(colours).toBeGreaterThan(2);
  await view.page.keyboard.press('End');
  await nextFrames(view.page);
  expect((await drawn(view.page, '.op.selected'))[0]!.label).toBe('Identity');
  expect(await view.page.locator('.far').isVisible()).toBe(false);
  expect(view.problems).toEqual([]);
});
