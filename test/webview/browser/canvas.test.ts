import type { Core } from 'cytoscape';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_ELEMENTS } from '../../../webview/graph/canvas/windowElements';
import type { GraphView } from '../../../webview/protocol';
import { drawn, elementCount, nextFrames, type DrawnElement } from '../support/cytoscape';
import { digitsCnn } from '../support/digitsCnn';
import { GraphPages, type Opened } from '../support/page';
import { transformer } from '../support/transformer';

let pages: GraphPages;
beforeAll(async () => {
  pages = await GraphPages.start('test/webview/support/canvasPage.ts');
});
afterAll(() => pages.stop());

async function open(graph: GraphView, shown: number): Promise<Opened> {
  const view = await pages.open();
  view.page.setDefaultTimeout(10_000);
  await view.show(graph, shown);
  await view.page.waitForSelector('[data-opened]');
  await nextFrames(view.page);
  return view;
}

async function one(page: Page, selector: string): Promise<DrawnElement> {
  const found = await drawn(page, selector);
  expect(found.length, selector).toBeGreaterThan(0);
  return found[0]!;
}

/** Past the glide of the cards. */
const settled = (page: Page): Promise<unknown> => page.waitForFunction(() => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve), 250)));
const lastEvent = (page: Page, name: string): Promise<unknown> => page.evaluate((wanted) => window.canvasPage.events.findLast(([event]) => event === wanted)?.[1], name);
const labels = async (page: Page, selector: string): Promise<(string | undefined)[]> => (await drawn(page, selector)).map(({ label }) => label);

/** At much of the picture; near enough for elements unless told. */
async function lookAtMiddle(page: Page, zoom = 0.25): Promise<void> {
  await page.evaluate((wanted) => {
    const { camera, scene } = window.canvasPage.canvas;
    camera.zoomBy(wanted / camera.viewport().zoom);
    camera.centre(scene!.picture.width / 2, scene!.picture.height / 2);
  }, zoom);
  await settled(page);
}

describe('groups', () => {
  it('glide apart and only then show their lines, but not where motion is reduced', async () => {
    const { page } = await open(transformer(12), 1);
    const toggle = (reduced: boolean) =>
      page.evaluate((wanted) => {
        document.body.classList.toggle('vscode-reduce-motion', wanted);
        const { cy } = (document.querySelector('.near') as HTMLElement & { _cyreg: { cy: Core } })._cyreg;
        const card = cy.nodes('.terminal').first();
        const before = card.renderedPosition().x;
        window.canvasPage.toggle(window.canvasPage.groupOf('layer_0 … layer_11'));
        return { hasLines: cy.edges().length > 0, moved: Math.round(card.renderedPosition().x - before) };
      }, reduced);
    expect(await toggle(false)).toEqual({ hasLines: false, moved: 0 });
    await settled(page);
    const closed = await toggle(true);
    expect(closed.hasLines).toBe(true);
    expect(closed.moved).not.toBe(0);
    await page.close();
  });

  it('show what is in them, open at their chevron, which stays under the pointer, and close again', async () => {
    const { page, problems } = await open(transformer(12), 1);
    const card = await one(page, '.group.repeat');
    expect(card.label).toMatch(/ ×12$/);
    expect(await labels(page, '.ofGroup')).toContain('552 ops');
    const chevron = await page.evaluate((id) => {
      const { items } = window.canvasPage.canvas.scene!.picture;
      const item = items.of.indexOf(~id);
      return window.canvasPage.canvas.camera.toScreen({ x: items.x[item]! - items.width[item]! / 2 + 12, y: items.y[item]! - 12 });
    }, Number(card.id.split(' ')[1]));
    await page.mouse.click(chevron.x, chevron.y);
    await settled(page);
    expect(await drawn(page, '.group.repeat')).toEqual([]);
    expect(await labels(page, '.group')).toContain('layer_0');
    const group = (await lastEvent(page, 'toggleGroup')) as number;
    const header = await one(page, `[id = "header ${group}"]`);
    expect(Math.abs(header.screen.y - chevron.y)).toBeLessThan(2);
    await page.mouse.click(chevron.x, chevron.y);
    await settled(page);
    expect((await one(page, '.group.repeat')).screen).toEqual(card.screen);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('are selected by a click on their card, and opened by two', async () => {
    const { page } = await open(transformer(12), 1);
    const { screen } = await one(page, '.group.repeat');
    await page.mouse.click(screen.x, screen.y);
    const group = await lastEvent(page, 'selectGroup');
    expect(group).toBe(await page.evaluate(() => window.canvasPage.groupOf('layer_0 … layer_11')));
    expect(await lastEvent(page, 'toggleGroup')).toBeUndefined();
    await page.mouse.dblclick(screen.x, screen.y);
    expect(await lastEvent(page, 'toggleGroup')).toBe(group);
    await page.close();
  });
});

describe('what is not in sight', () => {
  it('opens without moving what is', async () => {
    const { page } = await open(transformer(12), 1);
    await page.evaluate(() => window.canvasPage.canvas.camera.panBy(0, 600));
    await nextFrames(page);
    const before = await one(page, '.terminal');
    await page.evaluate(() => window.canvasPage.toggle(window.canvasPage.groupOf('layer_0 … layer_11')));
    await settled(page);
    const after = (await drawn(page, '.terminal')).find(({ id }) => id === before.id)!;
    expect(Math.abs(after.screen.x - before.screen.x)).toBeLessThan(200);
    expect(Math.abs(after.screen.y - before.screen.y)).toBeLessThan(2);
    await page.close();
  });
});

describe('shared values', () => {
  it('stand as stubs at their readers, which lead to where they are made', async () => {
    const { page } = await open(transformer(12), 1);
    const stub = await one(page, '.stub');
    expect(stub.label).toBe('mul');
    expect(await labels(page, '.name')).toContain('mul → 12');
    await page.mouse.click(stub.screen.x, stub.screen.y);
    expect(await lastEvent(page, 'goToNode')).toBe(transformer(12).nodes.findIndex(({ name }) => name === 'mask/mul'));
    await page.close();
  });
});

describe('marks', () => {
  it('are hidden inside closed groups and stand on their lines in open ones', async () => {
    const { page } = await open(transformer(2), 1);
    const before = (await drawn(page, '.mark')).length;
    await page.evaluate(() => window.canvasPage.expandAll());
    await settled(page);
    await lookAtMiddle(page);
    expect((await drawn(page, '.mark')).length).toBeGreaterThan(before);
    await page.close();
  });

  it('leave with the ghosts when those are switched off', async () => {
    const { page } = await open(digitsCnn(), 3);
    await page.evaluate(() => window.canvasPage.expandAll());
    await lookAtMiddle(page);
    expect(await drawn(page, '.mark.folded')).not.toEqual([]);
    await page.evaluate(() => window.canvasPage.canvas.setGhosts(false));
    await nextFrames(page);
    expect(await drawn(page, '.mark.folded')).toEqual([]);
    expect(await drawn(page, '.mark')).not.toEqual([]);
    await page.close();
  });
});

describe('lights', () => {
  it('dim all but what is highlighted', async () => {
    const { page } = await open(digitsCnn(), 3);
    await page.evaluate(() => window.canvasPage.canvas.highlight(Int32Array.of(0)));
    await nextFrames(page);
    const cards = await drawn(page, '.card');
    const lit = cards.filter(({ classes }) => !classes.includes('dimmed'));
    expect(lit.length).toBe(2);
    expect(cards.length).toBeGreaterThan(lit.length);
    await page.evaluate(() => window.canvasPage.canvas.highlight(undefined));
    await nextFrames(page);
    expect(await drawn(page, '.dimmed')).toEqual([]);
    await page.close();
  });

  it('mark what is selected and its lines', async () => {
    const { page } = await open(digitsCnn(), 3);
    const relu = digitsCnn().nodes.findIndex(({ op }) => op === 'Relu');
    await page.evaluate((node) => window.canvasPage.canvas.select({ node }), relu);
    await nextFrames(page);
    expect((await drawn(page, '.card.selected')).map(({ id }) => id)).toEqual([`node ${relu}`]);
    const near = await page.evaluate(() => (document.querySelector('.near') as HTMLElement & { _cyreg: { cy: { edges(s: string): { length: number } } } })._cyreg.cy.edges('.near').length);
    expect(near).toBeGreaterThan(1);
    await page.close();
  });
});

describe('the window', () => {
  it('holds few elements wherever one looks at 5,000 ops; a plain canvas shows the rest and moves without being drawn', async () => {
    const { page, problems } = await open(transformer(110), 1);
    await page.evaluate(() => window.canvasPage.expandAll());
    await settled(page);
    await page.locator('.stage').hover();
    let most = 0;
    for (let step = 0; step < 24; step++) {
      await page.mouse.wheel(0, 700);
      await nextFrames(page);
      most = Math.max(most, await elementCount(page));
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, 60);
      await page.keyboard.up('Control');
      await nextFrames(page);
      most = Math.max(most, await elementCount(page));
    }
    expect(most).toBeGreaterThan(200);
    expect(most).toBeLessThanOrEqual(MOST_ELEMENTS);
    await page.evaluate(() => window.canvasPage.canvas.camera.fit());
    await nextFrames(page);
    expect(await drawn(page, '.card')).toEqual([]);
    const before = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.far')!;
      const context = canvas.getContext('2d')!;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const fillRect = context.fillRect.bind(context);
      context.fillRect = (...rectangle) => {
        canvas.dataset['drawn'] = 'again';
        fillRect(...rectangle);
      };
      return { colours: new Set(new Uint32Array(data.buffer)).size, transform: canvas.style.transform };
    });
    expect(before.colours).toBeGreaterThan(2);
    await page.mouse.wheel(0, 30);
    await page.waitForFunction((transform) => document.querySelector<HTMLElement>('.far')!.style.transform !== transform, before.transform);
    expect(await page.locator('.far').getAttribute('data-drawn')).toBeNull();
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe('the pointer', () => {
  it('shows what it is over, and nothing once that is gone', async () => {
    const { page } = await open(transformer(12), 1);
    const { screen } = await one(page, '.group.repeat');
    await page.mouse.move(screen.x, screen.y);
    await page.waitForFunction(() => document.querySelector<HTMLElement>('.near')!.style.cursor === 'pointer');
    expect(await lastEvent(page, 'hover')).toMatch(/^encoder\/layer_0 … layer_11\n552 ops\n/);
    await page.evaluate(() => window.canvasPage.toggle(window.canvasPage.groupOf('layer_0 … layer_11')));
    await settled(page);
    await page.mouse.move(4, 400);
    await nextFrames(page);
    expect(await page.evaluate(() => document.querySelector<HTMLElement>('.near')!.style.cursor)).toBe('');
    expect(await lastEvent(page, 'hover')).toBe('');
    await page.close();
  });

  it('finds the same things in the far view, where there are no elements', async () => {
    const { page } = await open(transformer(40), 1);
    await page.evaluate(() => window.canvasPage.expandAll());
    await lookAtMiddle(page, 0.15);
    expect(await drawn(page, '.card')).toEqual([]);
    const { node, x, y } = await page.evaluate(() => {
      const { camera, scene } = window.canvasPage.canvas;
      const { items } = scene!.picture;
      const { left, top, right, bottom } = camera.area();
      const item = items.y.findIndex((y, at) => y > top && y < bottom && items.x[at]! > left && items.x[at]! < right);
      return { node: items.of[item], ...camera.toScreen({ x: items.x[item]!, y: items.y[item]! }) };
    });
    await page.mouse.click(x, y);
    expect(await lastEvent(page, 'selectNode')).toBe(node);
    expect(await page.evaluate(([x, y]) => window.canvasPage.canvas.targetAt(x!, y!), [x, y])).toEqual({ node });
    await page.close();
  });
});
