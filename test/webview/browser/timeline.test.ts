import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { Position } from '../../../webview/graph/moment';
import type { GraphView } from '../../../webview/protocol';
import { changesInOrder } from '../support/changes';
import { digitsCnn } from '../support/digitsCnn';
import { PartPages } from '../support/partPages';
import { themes, type ThemeName } from '../support/themes';

declare global {
  interface Window {
    went: Position[];
    said: string[];
    timeline: ReturnType<Window['parts']['createTimeline']>;
  }
}

const graph = changesInOrder(digitsCnn());
const total = graph.snapshots.reduce((sum, { changes }) => sum + changes.length, 0);
const countOf = (rule: string): number => graph.snapshots.flatMap(({ changes }) => changes).filter((change) => change.rule === rule).length;

let pages: PartPages;
let page: Page;
let problems: readonly string[];
beforeAll(async () => {
  pages = await PartPages.start();
});
afterAll(() => pages.stop());
beforeEach(async () => {
  ({ page, problems } = await pages.open());
});
afterEach(async () => {
  await page.close();
  expect(problems).toEqual([]);
});

/** A timeline of a graph that follows its own events, as the view does. */
function show(view: GraphView, position: Position, on = page): Promise<void> {
  return on.evaluate(
    ([view, position]) => {
      const tables = window.parts.graphTables(view);
      window.went = [];
      window.said = [];
      window.timeline = window.parts.createTimeline({
        go(next) {
          window.went.push(next);
          // A list of its own of the same snapshots, as when the host repeats where the view is.
          window.timeline.update({ ...tables, snapshots: [...tables.snapshots] }, next);
        },
        announce: (text) => window.said.push(text),
      });
      document.getElementById('app')!.append(window.timeline.element);
      window.timeline.update(tables, position);
    },
    [view, position] as const,
  );
}

const slider = () => page.getByRole('slider', { name: 'Changes' });
const value = async () => Number(await slider().getAttribute('aria-valuenow'));
const lastWent = () => page.evaluate(() => window.went.at(-1));

describe('timeline', () => {
  it('is there once a phase has run', async () => {
    await show({ ...graph, snapshots: graph.snapshots.slice(0, 1) }, { snapshot: 0, change: 0 });
    expect(await page.locator('.timeline').isVisible()).toBe(false);
    await show(graph, { snapshot: 1, change: graph.snapshots[1]!.changes.length });
    expect(await page.locator('.timeline').last().isVisible()).toBe(true);
  });

  it('says where it is, to eyes and to screen readers', async () => {
    const { rule, reason } = graph.snapshots[1]!.changes[4]!;
    await show(graph, { snapshot: 1, change: 5 });
    const text = await page.locator('.timeline').innerText();
    expect(text).toContain(`change 5 of ${total} · ${rule}`);
    expect(text).toContain(reason);
    expect(await slider().getAttribute('aria-valuetext')).toBe(`change 5 of ${total}, Quantize: ${rule}`);
    expect(await value()).toBe(5);
  });

  it('steps by buttons and keys, through all phases', async () => {
    await show(graph, { snapshot: 1, change: 1 });
    await page.getByRole('button', { name: 'Next change' }).click();
    expect(await lastWent()).toEqual({ snapshot: 1, change: 2 });
    expect(await page.evaluate(() => window.said.at(-1))).toBe(await slider().getAttribute('aria-valuetext'));
    await page.getByRole('button', { name: 'Previous change' }).click();
    await page.getByRole('button', { name: 'Previous change' }).click();
    expect(await lastWent()).toEqual({ snapshot: 0, change: 0 });
    await page.getByRole('button', { name: 'Last' }).click();
    expect(await lastWent()).toEqual({ snapshot: 3, change: graph.snapshots[3]!.changes.length });
    await slider().focus();
    await page.keyboard.press('PageDown');
    expect(await lastWent()).toEqual({ snapshot: 2, change: graph.snapshots[2]!.changes.length });
    await page.keyboard.press('ArrowRight');
    expect(await lastWent()).toEqual({ snapshot: 3, change: 1 });
    await page.keyboard.press('Home');
    expect(await value()).toBe(0);
  });

  it('goes where the track is pressed and dragged', async () => {
    await show(graph, { snapshot: 0, change: 0 });
    const { x, y, width, height } = (await slider().boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    expect(Math.abs((await value()) - total / 2)).toBeLessThanOrEqual(1);
    await page.mouse.move(x + width + 50, y);
    await page.mouse.up();
    expect(await value()).toBe(total);
  });

  it('stops only at the changes of one rule', async () => {
    await show(graph, { snapshot: 0, change: 0 });
    await page.getByLabel('Filter by rule').selectOption({ label: `insert-cast (${countOf('insert-cast')})` });
    await slider().focus();
    for (let k = 0; k < 1 + countOf('insert-cast'); k++) await page.keyboard.press('ArrowRight');
    const stops = await page.evaluate(() => window.went);
    expect(stops).toHaveLength(countOf('insert-cast'));
    for (const { snapshot, change } of stops) expect(graph.snapshots[snapshot]!.changes[change - 1]!.rule).toBe('insert-cast');
  });

  it('plays four changes a second to the end, and again from the beginning', async () => {
    await page.clock.install();
    await show(graph, { snapshot: 0, change: 0 });
    await page.getByRole('button', { name: 'Play' }).click();
    await page.clock.runFor(1000);
    expect(await value()).toBe(4);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.clock.runFor(1000);
    expect(await value()).toBe(4);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.clock.runFor(total * 250);
    expect(await value()).toBe(total);
    await page.getByRole('button', { name: 'Play' }).click();
    expect(await value()).toBe(0);
  });

  it('jumps to the change that inserted a Cast, and to the last that touched a node', async () => {
    await show(graph, { snapshot: 3, change: 1 });
    const cast = graph.snapshots[2]!.marks.find(({ kind, change }) => kind === 'cast' && change !== undefined)!;
    await page.evaluate((id) => window.timeline.jumpTo(id), cast.nodes[0]!);
    expect(await lastWent()).toEqual({ snapshot: 2, change: cast.change! + 1 });
    const [node] = graph.snapshots[3]!.changes.at(-1)!.nodes;
    await page.evaluate((node) => window.timeline.jumpTo(node), node!);
    expect(await value()).toBe(total);
    await page.evaluate(() => window.timeline.jumpTo('no such node'));
    expect(await page.evaluate(() => window.said.at(-1))).toBe('No change touched it');
  });

  it('is a thin line where there is little room', async () => {
    await show(graph, { snapshot: 2, change: 2 });
    for (const [width, height] of [[400, 800], [1280, 400]] as const) {
      await page.setViewportSize({ width, height });
      expect((await page.locator('.timeline').boundingBox())!.height).toBe(20);
      expect(await slider().isVisible()).toBe(true);
      expect(await page.getByRole('button', { name: 'Play' }).isVisible()).toBe(false);
    }
    await slider().press('Space');
    expect(await page.evaluate(() => window.said.at(-1))).toBe('Playing');
  });

  it('plays as many changes as there may be within seconds', async () => {
    const [opened, phase] = graph.snapshots as [GraphView['snapshots'][number], GraphView['snapshots'][number]];
    const changes = Array.from({ length: 20_000 }, (_, k) => phase.changes[k % phase.changes.length]!);
    await page.clock.install();
    await show({ ...graph, snapshots: [opened, { ...phase, changes }] }, { snapshot: 0, change: 0 });
    await page.getByRole('button', { name: 'Play' }).click();
    await page.clock.runFor(20_000);
    expect(await value()).toBe(20_000);
  });

  it.each(Object.keys(themes) as ThemeName[])('shows past and future apart in %s', async (theme) => {
    const opened = await pages.open({ theme });
    await show(graph, { snapshot: 2, change: 2 }, opened.page);
    const colours = await opened.page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.track canvas')!;
      const row = canvas.getContext('2d')!.getImageData(0, canvas.height - 6, canvas.width, 1).data;
      return Array.from({ length: canvas.width }, (_, x) => Array.from(row.subarray(4 * x, 4 * x + 4)).join());
    });
    const ticks = [...new Set(colours.filter((colour) => colour !== '0,0,0,0'))];
    // INT8 done; BF16 done and to come; Optimize to come; the present.
    expect(ticks).toHaveLength(5);
    await opened.page.screenshot({ path: `test-results/timeline-${theme}.png` });
    expect(opened.problems).toEqual([]);
    await opened.page.close();
  });
});
