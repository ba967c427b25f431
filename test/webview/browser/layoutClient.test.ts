import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GraphPages } from '../support/page';

let pages: GraphPages;
let page: Page;
let problems: readonly string[];
beforeAll(async () => {
  pages = await GraphPages.start('test/webview/support/layoutPage.ts');
});
afterAll(() => pages.stop());
beforeEach(async () => {
  ({ page, problems } = await pages.open());
});

describe('the layout worker', () => {
  it('opens a graph with as much of it expanded as stays legible, then draws it otherwise', async () => {
    const result = await page.evaluate(async () => {
      const { LayoutClient, graphTables, transformer, worker } = window.layoutPage;
      const { nodes, edges } = graphTables(transformer(12));
      const client = new LayoutClient(worker);
      const opened = (await client.open(nodes, edges, 'sans-serif'))!;
      const all = (await client.arrange(new Uint8Array(opened.groups.count).fill(1)))!;
      const again = (await client.arrange(opened.expanded))!;
      return {
        nodes: nodes.count,
        first: opened.picture.items.of.length,
        widths: [...new Set(opened.picture.items.width)],
        all: all.items.of.length,
        again: String(again.lines.points) === String(opened.picture.lines.points),
        kept: nodes.names.bytes.length > 0,
      };
    });
    expect(result.first).toBeLessThan(60);
    expect(result.widths.every((width) => width >= 136 && width <= 216)).toBe(true);
    expect(result.all).toBe(result.nodes);
    expect([result.again, result.kept]).toEqual([true, true]);
    expect(problems).toEqual([]);
  });

  it('expands the groups whose keys it is given', async () => {
    const labels = await page.evaluate(async () => {
      const { LayoutClient, graphTables, transformer, worker } = window.layoutPage;
      const { nodes, edges } = graphTables(transformer(12));
      const { groups, expanded, picture } = (await new LayoutClient(worker).open(nodes, edges, 'sans-serif', ['mask', 'unknown']))!;
      return [groups.labels.filter((_, group) => group > 0 && expanded[group] === 1), Array.from(picture.boxes.group, (group) => groups.labels[group])];
    });
    expect(labels).toEqual([['mask'], ['mask']]);
  });

  it('answers the newest of several requests only', async () => {
    const answered = await page.evaluate(async () => {
      const { LayoutClient, graphTables, transformer, worker } = window.layoutPage;
      const client = new LayoutClient(worker);
      const open = async (blocks: number): Promise<number | undefined> => {
        const { nodes, edges } = graphTables(transformer(blocks));
        return (await client.open(nodes, edges, 'sans-serif'))?.groups.groupOf.length;
      };
      const opened = await Promise.all([open(2), open(3)]);
      const { nodes, edges } = graphTables(transformer(4));
      const { groups } = (await client.open(nodes, edges, 'sans-serif'))!;
      const arranged = await Promise.all([0, 1].map((value) => client.arrange(new Uint8Array(groups.count).fill(value))));
      return [opened.map((nodeCount) => nodeCount !== undefined), arranged.map((picture) => picture?.items.of.length === nodes.count)];
    });
    expect(answered).toEqual([[false, true], [false, true]]);
    expect(problems).toEqual([]);
  });

  it('says what went wrong', async () => {
    const messages = await page.evaluate(async () => {
      const { LayoutClient, worker } = window.layoutPage;
      const failure = async (address: string): Promise<string> => {
        try {
          await new LayoutClient(address).arrange(new Uint8Array(1));
          return 'none';
        } catch (error) {
          return (error as Error).message;
        }
      };
      return [await failure(worker), await failure(`${worker}.missing`)];
    });
    expect(messages).toEqual(['No graph is open.', 'The layout worker could not be loaded (404).']);
  });

  it('ends with what waits for it', async () => {
    const answer = await page.evaluate(async () => {
      const { LayoutClient, graphTables, transformer, worker } = window.layoutPage;
      const { nodes, edges } = graphTables(transformer(12));
      const client = new LayoutClient(worker);
      await client.open(nodes, edges, 'sans-serif');
      const waiting = client.arrange(new Uint8Array(1));
      await Promise.resolve();
      client.dispose();
      return (await waiting) === undefined;
    });
    expect(answer).toBe(true);
  });
});
